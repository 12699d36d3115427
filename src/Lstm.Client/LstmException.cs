using System.Collections.ObjectModel;
using Grpc.Core;
using Lstm.V1;

namespace Lstm.Client;

/// <summary>The server refused a request, or could not be reached. A refused step leaves the session's state as it was.</summary>
public sealed class LstmException : Exception
{
    private static readonly ReadOnlyDictionary<string, string> None = ReadOnlyDictionary<string, string>.Empty;

    /// <summary>An exception of no known cause.</summary>
    public LstmException() : this("The request failed.")
    {
    }

    /// <summary>An exception with a message and no known cause.</summary>
    /// <param name="message">What happened and what to do.</param>
    public LstmException(string message) : this(message, null)
    {
    }

    /// <summary>An exception with a message and what led to it.</summary>
    /// <param name="message">What happened and what to do.</param>
    /// <param name="innerException">What led to it.</param>
    public LstmException(string message, Exception? innerException) : base(message, innerException)
    {
        StatusCode = StatusCode.Unknown;
        Reason = "UNKNOWN";
        Metadata = None;
    }

    private LstmException(string message, StatusCode code, string reason, IReadOnlyDictionary<string, string> metadata, ulong step, Exception? inner)
        : base(message, inner)
    {
        StatusCode = code;
        Reason = reason;
        Metadata = metadata;
        Step = step;
    }

    /// <summary>The gRPC status code.</summary>
    public StatusCode StatusCode { get; }

    /// <summary>
    /// Why, in UPPER_SNAKE_CASE: STEP_GAP, SESSION_NOT_FOUND, INPUT_SHAPE ... Stable, so branch on this. A failure that the server did not
    /// explain (a lost connection, a deadline) carries the status code's name in the same style: UNAVAILABLE, DEADLINE_EXCEEDED.
    /// </summary>
    public string Reason { get; }

    /// <summary>The facts of the message for programs, such as the step that was expected.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>The step that was refused; 0 when none was named.</summary>
    public ulong Step { get; }

    /// <summary>From an error that came in the place of a reply on a stream.</summary>
    internal static LstmException From(Error error) => new(
        error.Message, (StatusCode)error.Code, error.Reason, new ReadOnlyDictionary<string, string>(error.Metadata), error.Step, null);

    /// <summary>From a failed call: reads google.rpc.ErrorInfo out of grpc-status-details-bin where the server sent it.</summary>
    internal static LstmException From(RpcException failure)
    {
        Google.Rpc.ErrorInfo? info = ErrorDetails.Read(failure.Trailers);
        return new(
            failure.Status.Detail,
            failure.StatusCode,
            info?.Reason ?? ErrorDetails.ReasonOf(failure.StatusCode),
            info is null ? None : new ReadOnlyDictionary<string, string>(info.Metadata),
            0,
            failure);
    }
}
