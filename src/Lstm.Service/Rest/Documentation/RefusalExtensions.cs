using Lstm.Service.Errors;

namespace Lstm.Service.Rest.Documentation;

/// <summary>Documents what an address refuses.</summary>
internal static class RefusalExtensions
{
    /// <summary>Notes the faults that an address can answer with; unexpected ones come on their own.</summary>
    /// <param name="route">The address.</param>
    /// <param name="codes">Which.</param>
    /// <returns>The address.</returns>
    public static RouteHandlerBuilder Refuses(this RouteHandlerBuilder route, params ErrorCode[] codes)
    {
        codes = [.. codes, ErrorCode.Internal];
        foreach (int status in codes.Select(static c => ErrorMap.Get(c).Http).Distinct().Order())
            route.Produces<Problem>(status, Problem.MediaType);
        return route.WithMetadata(new Refusals(codes));
    }
}
