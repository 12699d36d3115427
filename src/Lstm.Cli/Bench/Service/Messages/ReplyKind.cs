namespace Lstm.Cli.Bench.Service.Messages;

/// <summary>What a lstm.v1.StreamReply holds; the values are its fields.</summary>
internal enum ReplyKind
{
    /// <summary>Nothing that is known here.</summary>
    None = 0,

    /// <summary>A session is open.</summary>
    Opened = 2,

    /// <summary>A step or chunk is done.</summary>
    Result = 3,

    /// <summary>A session is closed.</summary>
    Closed = 4,

    /// <summary>The request was refused.</summary>
    Error = 5,

    /// <summary>Steps of several sessions are done.</summary>
    Batch = 6,
}
