namespace Lstm.Cli.Bench.Http2;

/// <summary>Kinds of frames, RFC 9113 section 6.</summary>
internal enum FrameType : byte
{
    /// <summary>Bytes of a stream.</summary>
    Data = 0,

    /// <summary>Head or trailers of a stream.</summary>
    Headers = 1,

    /// <summary>Obsolete, ignored.</summary>
    Priority = 2,

    /// <summary>The end of a stream, by force.</summary>
    ResetStream = 3,

    /// <summary>What one side tells the other about itself.</summary>
    Settings = 4,

    /// <summary>Never sent to a client that switches it off.</summary>
    PushPromise = 5,

    /// <summary>Are you there?</summary>
    Ping = 6,

    /// <summary>The end of the connection.</summary>
    GoAway = 7,

    /// <summary>More may be sent.</summary>
    WindowUpdate = 8,

    /// <summary>The rest of a block of headers.</summary>
    Continuation = 9,
}
