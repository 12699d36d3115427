namespace Grpc.Core;

/// <summary>A call ended with a status other than OK. Thrown to callers; a handler throws it to choose status and trailers.</summary>
public class RpcException : Exception
{
    /// <summary>Creates the exception without trailers.</summary>
    /// <param name="status">How the call ended.</param>
    public RpcException(Status status)
        : this(status, Metadata.Empty, status.ToString())
    {
    }

    /// <summary>Creates the exception without trailers, with a message of its own.</summary>
    /// <param name="status">How the call ended.</param>
    /// <param name="message">The message of the exception; it does not travel.</param>
    public RpcException(Status status, string message)
        : this(status, Metadata.Empty, message)
    {
    }

    /// <summary>Creates the exception with trailers.</summary>
    /// <param name="status">How the call ended.</param>
    /// <param name="trailers">Response trailers.</param>
    public RpcException(Status status, Metadata trailers)
        : this(status, trailers, status.ToString())
    {
    }

    /// <summary>Creates the exception with trailers and a message of its own.</summary>
    /// <param name="status">How the call ended.</param>
    /// <param name="trailers">Response trailers.</param>
    /// <param name="message">The message of the exception; it does not travel.</param>
    public RpcException(Status status, Metadata trailers, string message)
        : base(message, status.DebugException)
    {
        ArgumentNullException.ThrowIfNull(trailers);
        Status = status;
        Trailers = trailers;
    }

    /// <summary>How the call ended.</summary>
    public Status Status { get; }

    /// <summary>The code of <see cref="Status"/>.</summary>
    public StatusCode StatusCode => Status.StatusCode;

    /// <summary>The response trailers; empty when none arrived.</summary>
    public Metadata Trailers { get; }
}
