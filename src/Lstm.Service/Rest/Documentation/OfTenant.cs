namespace Lstm.Service.Rest.Documentation;

/// <summary>Notes that an address takes the tenant's header.</summary>
internal sealed record OfTenant;
