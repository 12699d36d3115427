using System.Collections;
using System.Collections.ObjectModel;
using System.Diagnostics.CodeAnalysis;

namespace Grpc.AspNetCore.HealthChecks;

/// <summary>The services whose health is made up of health checks; each name once.</summary>
public sealed class ServiceMappingCollection : ICollection<ServiceMapping>
{
    private readonly ByName _mappings = [];

    /// <summary>How many services.</summary>
    public int Count => _mappings.Count;

    bool ICollection<ServiceMapping>.IsReadOnly => false;

    /// <summary>Maps health checks to a service, in place of what was mapped to it before.</summary>
    /// <param name="name">The full name of the service; empty: the server as a whole.</param>
    /// <param name="predicate">Whether a health check counts.</param>
    public void Map(string name, Func<HealthCheckMapContext, bool> predicate)
    {
        var mapping = new ServiceMapping(name, predicate);
        _mappings.Remove(name);
        _mappings.Add(mapping);
    }

    /// <summary>Adds a mapping.</summary>
    /// <param name="service">The mapping.</param>
    /// <exception cref="ArgumentException">The service has one already.</exception>
    public void Add(ServiceMapping service) => _mappings.Add(service);

    /// <summary>Removes the mapping of a service, if there is one.</summary>
    /// <param name="name">The full name of the service; empty: the server as a whole.</param>
    public void Remove(string name) => _mappings.Remove(name);

    /// <summary>Removes all mappings, also that of the server as a whole.</summary>
    public void Clear() => _mappings.Clear();

    /// <inheritdoc/>
    public IEnumerator<ServiceMapping> GetEnumerator() => _mappings.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    bool ICollection<ServiceMapping>.Contains(ServiceMapping item) => _mappings.Contains(item);

    void ICollection<ServiceMapping>.CopyTo(ServiceMapping[] array, int arrayIndex) => _mappings.CopyTo(array, arrayIndex);

    bool ICollection<ServiceMapping>.Remove(ServiceMapping item) => _mappings.Remove(item);

    internal bool TryGet(string name, [MaybeNullWhen(false)] out ServiceMapping mapping) => _mappings.TryGetValue(name, out mapping);

    private sealed class ByName() : KeyedCollection<string, ServiceMapping>(StringComparer.Ordinal)
    {
        protected override string GetKeyForItem(ServiceMapping item) => item.Name;
    }
}
