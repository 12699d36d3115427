using System.IO.Pipelines;
using Grpc.Core;

namespace Grpc.Wire;

/// <summary>What the readers of all message types share: the pipe, and how it failed.</summary>
internal abstract class MessageReader(PipeReader pipe) : DeserializationContext
{
    /// <summary>Why the pipe failed: the peer reset the stream, or its connection is gone. Null as long as it works.</summary>
    public Exception? PipeFailure { get; private set; }

    /// <summary>Messages so far.</summary>
    public long Received { get; protected set; }

    protected PipeReader Pipe => pipe;

    /// <summary>Wakes a waiting read with <see cref="OperationCanceledException"/>; may be called from any thread.</summary>
    public void CancelPendingRead() => pipe.CancelPendingRead();

    /// <summary>Remembers a failure of the pipe. Malformed messages, misuse, and what the caller or the call itself cancelled are none.</summary>
    protected void Note(Exception exception, CancellationToken cancellationToken)
    {
        bool cancelled = cancellationToken.IsCancellationRequested || exception.GetType() == typeof(OperationCanceledException);
        if (!cancelled && exception is not (RpcException or InvalidOperationException))
            PipeFailure = exception;
    }

    /// <summary>The refusal of a call whose method takes one message (statuscodes.md: cardinality violations are UNIMPLEMENTED).</summary>
    public static RpcException WrongCount(string found) =>
        new(new Status(StatusCode.Unimplemented, $"This method takes exactly one request message, but {found} arrived."));
}
