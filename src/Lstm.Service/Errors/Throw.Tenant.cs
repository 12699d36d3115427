namespace Lstm.Service.Errors;

/// <content>Tenants.</content>
internal static partial class Throw
{
    public static LstmException InvalidTenant(string header, string tenant) => new(
        ErrorCode.InvalidTenant,
        $"Expected a tenant of at most {Sessions.TenantHeader.MaxLength} visible ASCII characters in header '{header}' but got {Quote(tenant)} ({tenant.Length} characters). Nothing was done.",
        ("header", header), ("tenant", Shorten(tenant)));

    public static LstmException TenantTwice(string header, int count) => new(
        ErrorCode.InvalidTenant, $"Expected one tenant in header '{header}' but got {count}. Nothing was done.", ("header", header), ("count", Text(count)));

    public static LstmException TenantsShareFull(string model, int limit, int share, string option) => new(
        ErrorCode.QueueFull,
        $"{limit} requests already wait for {model}, as many as allowed ({option}), and this tenant has its share of {share}. Nothing was done; send the same request again a little later.",
        ("limit", Text(limit)), ("share", Text(share)), ("option", option));
}
