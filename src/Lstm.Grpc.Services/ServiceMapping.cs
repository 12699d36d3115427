namespace Grpc.AspNetCore.HealthChecks;

/// <summary>
/// Which health checks make up the health of a service: NOT_SERVING when one of them is unhealthy, UNKNOWN when there is none, else SERVING.
/// </summary>
public sealed class ServiceMapping
{
    /// <summary>Maps health checks to a service.</summary>
    /// <param name="name">The full name of the service; empty: the server as a whole.</param>
    /// <param name="predicate">Whether a health check counts.</param>
    public ServiceMapping(string name, Func<HealthCheckMapContext, bool> predicate)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(predicate);
        Name = name;
        HealthCheckPredicate = predicate;
    }

    /// <summary>The full name of the service; empty: the server as a whole.</summary>
    public string Name { get; }

    /// <summary>Whether a health check counts.</summary>
    public Func<HealthCheckMapContext, bool>? HealthCheckPredicate { get; }

    internal bool Counts(string check, IEnumerable<string> tags) => HealthCheckPredicate?.Invoke(new(check, tags)) != false;
}
