namespace Microsoft.AspNetCore.Builder;

/// <summary>How gRPC-Web is served.</summary>
public class GrpcWebOptions
{
    /// <summary>Whether endpoints take gRPC-Web calls that neither EnableGrpcWeb nor DisableGrpcWeb says anything about. By default not.</summary>
    public bool DefaultEnabled { get; set; }
}
