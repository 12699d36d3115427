namespace Grpc.AspNetCore.HealthChecks;

/// <summary>Options of the health service.</summary>
public sealed class GrpcHealthChecksOptions
{
    /// <summary>Which health checks of ASP.NET Core make up the health of which service. At first the server as a whole, "", with all of them.</summary>
    public ServiceMappingCollection Services { get; } = [];

    /// <summary>
    /// Whether calls are answered with what <see cref="HealthCheck.HealthServiceImpl"/> holds, set by the health checks that run on a timer or by the program.
    /// By default not: a call runs the health checks.
    /// </summary>
    public bool UseHealthChecksCache { get; set; }

    /// <summary>
    /// Whether Watch calls go on when the server begins to stop, until it breaks them off. By default not: they are told NOT_SERVING and end, so that nothing waits for them.
    /// </summary>
    public bool SuppressCompletionOnShutdown { get; set; }
}
