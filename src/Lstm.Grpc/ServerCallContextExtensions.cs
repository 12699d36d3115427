using Grpc.AspNetCore.Server.Calls;
using Microsoft.AspNetCore.Http;

namespace Grpc.Core;

/// <summary>From a gRPC call to its HTTP request.</summary>
public static class ServerCallContextExtensions
{
    // The official package looks here too, so that tests can hand a context to a handler.
    private const string HttpContextKey = "__HttpContext";

    /// <summary>The HTTP request of a call.</summary>
    /// <param name="serverCallContext">The call.</param>
    /// <returns>The HTTP context.</returns>
    /// <exception cref="InvalidOperationException">The call did not come over HTTP.</exception>
    public static HttpContext GetHttpContext(this ServerCallContext serverCallContext)
    {
        ArgumentNullException.ThrowIfNull(serverCallContext);
        if (serverCallContext is ServerCall call)
            return call.HttpContext;
        return serverCallContext.UserState.TryGetValue(HttpContextKey, out object? value) && value is HttpContext context
            ? context
            : throw new InvalidOperationException($"This {serverCallContext.GetType().Name} did not come over HTTP: it has no HttpContext.");
    }
}
