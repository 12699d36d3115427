using Grpc.Core;

namespace Lstm.Service.Grpc.Wire;

/// <summary>What generated code would be for the method whose messages are read and written by hand. A class of its own, because a binder looks for a handler among the virtual methods of one base class.</summary>
[BindServiceMethod(typeof(StreamMethod), nameof(StreamMethod.Bind))]
internal abstract class StreamServiceBase
{
    /// <summary>Many sessions, many steps, one stream.</summary>
    /// <param name="requestStream">From the client.</param>
    /// <param name="responseStream">To the client.</param>
    /// <param name="context">The call.</param>
    /// <returns>Completes when the client is done.</returns>
    public abstract Task Stream(IAsyncStreamReader<StreamMessage> requestStream, IServerStreamWriter<StreamAnswer> responseStream, ServerCallContext context);
}
