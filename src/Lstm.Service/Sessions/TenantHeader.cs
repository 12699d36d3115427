using Lstm.Service.Errors;
using Lstm.Service.Options;

namespace Lstm.Service.Sessions;

/// <summary>Whose steps a request brings, as its header says. It is no proof of anything: a gateway in front sets it.</summary>
/// <param name="options">The header's name.</param>
internal sealed class TenantHeader(TenantsOptions options)
{
    /// <summary>Characters of a tenant's name at most.</summary>
    public const int MaxLength = 64;

    /// <summary>Reads the tenant of a request; of a stream once, when it begins.</summary>
    /// <param name="request">The HTTP request, of either face.</param>
    /// <returns>Its name; empty when there is none.</returns>
    /// <exception cref="LstmException">INVALID_TENANT.</exception>
    public string Read(HttpRequest request)
    {
        if (options.Header.Length == 0 || !request.Headers.TryGetValue(options.Header, out var values))
            return "";
        if (values.Count > 1)
            throw Throw.TenantTwice(options.Header, values.Count);
        string tenant = values.ToString();
        return tenant.Length <= MaxLength && !tenant.AsSpan().ContainsAnyExceptInRange('!', '~') ? tenant : throw Throw.InvalidTenant(options.Header, tenant);
    }
}
