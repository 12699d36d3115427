using Lstm.Service.Sessions;

namespace Lstm.Service.Grpc;

/// <summary>A session under its number on a stream.</summary>
internal struct OpenHandle
{
    /// <summary>The session.</summary>
    public Session Session;

    /// <summary>The last round of the stream that it took part in; it can take part in a round once.</summary>
    public long Round;
}
