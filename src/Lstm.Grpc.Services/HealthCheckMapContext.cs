namespace Grpc.AspNetCore.HealthChecks;

/// <summary>A health check, to decide whether it counts for a service.</summary>
public sealed class HealthCheckMapContext
{
    /// <summary>Describes a health check.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="tags">Its tags.</param>
    public HealthCheckMapContext(string name, IEnumerable<string> tags)
    {
        Name = name;
        Tags = tags;
    }

    /// <summary>The name that it was registered with.</summary>
    public string Name { get; }

    /// <summary>The tags that it was registered with.</summary>
    public IEnumerable<string> Tags { get; }
}
