using System.ComponentModel.DataAnnotations;

namespace Lstm.Service.Options;

/// <summary>Who shares what when many steps wait: section Lstm:Tenants.</summary>
internal sealed class TenantsOptions
{
    /// <summary>The HTTP header, in gRPC the metadata, that names the tenant of a request; empty: no tenants, all are one.</summary>
    [RegularExpression("(?!.*-bin$)[a-z0-9._-]+", ErrorMessage = "{0} has to be a name of a-z 0-9 . _ - that does not end with -bin, or nothing.")]
    public string Header { get; set; } = "lstm-tenant";
}
