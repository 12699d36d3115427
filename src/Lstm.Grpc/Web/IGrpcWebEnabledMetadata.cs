namespace Grpc.AspNetCore.Web;

/// <summary>Endpoint metadata: whether the endpoint takes gRPC-Web calls. The last one added counts.</summary>
public interface IGrpcWebEnabledMetadata
{
    /// <summary>Whether it does.</summary>
    bool GrpcWebEnabled { get; }
}
