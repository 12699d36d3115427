using Grpc.Core;
using Microsoft.Extensions.Logging;

namespace Grpc.AspNetCore.Server.Calls;

/// <summary>The log events of this layer.</summary>
internal static partial class GrpcServerLog
{
    [LoggerMessage(1, LogLevel.Error, "The handler of {Method} threw.")]
    public static partial void HandlerFailed(ILogger logger, string method, Exception exception);

    [LoggerMessage(2, LogLevel.Information, "{Method} ended with {StatusCode}: {Detail}")]
    public static partial void CallFailed(ILogger logger, string method, StatusCode statusCode, string detail);

    [LoggerMessage(3, LogLevel.Debug, "{Method}: the client went away.")]
    public static partial void ClientGone(ILogger logger, string method);

    [LoggerMessage(4, LogLevel.Debug, "{Method}: the deadline passed.")]
    public static partial void DeadlinePassed(ILogger logger, string method);

    [LoggerMessage(5, LogLevel.Warning, "{Method}: ignored the malformed grpc-timeout '{Value}'; expected one to eight digits and one of H M S m u n.")]
    public static partial void MalformedTimeout(ILogger logger, string method, string value);

    [LoggerMessage(6, LogLevel.Warning, "{Method}: the trailer '{Name}' was left out: the protocol keeps this name for itself.")]
    public static partial void ReservedTrailer(ILogger logger, string method, string name);

    [LoggerMessage(7, LogLevel.Error, "{Method}: a callback of the call's CancellationToken threw.")]
    public static partial void CancellationCallbackFailed(ILogger logger, string method, Exception exception);
}
