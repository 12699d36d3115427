using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Matching;

namespace Grpc.AspNetCore.Server.Binding;

/// <summary>
/// Takes the endpoints for unknown methods out of the race at every address where another endpoint stands. That one comes first anyhow,
/// and for the others routing would take the address of each call apart.
/// </summary>
internal sealed class UnknownMethodPolicy : MatcherPolicy, INodeBuilderPolicy
{
    // Last: what stands at an address depends on the other policies, such as those for HTTP methods and hosts.
    public override int Order => int.MaxValue;

    public bool AppliesToEndpoints(IReadOnlyList<Endpoint> endpoints) => endpoints.Any(IsForUnknown) && endpoints.Any(IsAtAddress);

    public IReadOnlyList<PolicyNodeEdge> GetEdges(IReadOnlyList<Endpoint> endpoints) => [new PolicyNodeEdge(this, [.. endpoints.Where(static endpoint => !IsForUnknown(endpoint))])];

    public PolicyJumpTable BuildJumpTable(int exitDestination, IReadOnlyList<PolicyJumpTableEdge> edges) => new OnlyEdge(edges[0].Destination);

    private static bool IsForUnknown(Endpoint endpoint) => endpoint.Metadata.GetMetadata<UnknownMethodMetadata>() is not null;

    // Without parameters in its pattern there is nothing that could still refuse it.
    private static bool IsAtAddress(Endpoint endpoint) => endpoint is RouteEndpoint { RoutePattern.Parameters.Count: 0 };

    private sealed class OnlyEdge(int destination) : PolicyJumpTable
    {
        public override int GetDestination(HttpContext httpContext) => destination;
    }
}
