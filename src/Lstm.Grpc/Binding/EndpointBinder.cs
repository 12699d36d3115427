using Grpc.AspNetCore.Server.Calls;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;

namespace Grpc.AspNetCore.Server.Binding;

/// <summary>Maps methods to endpoints; where their handlers come from, the derived classes know.</summary>
internal abstract class EndpointBinder(IEndpointRouteBuilder endpoints, Type serviceType) : ServiceBinderBase
{
    public List<IEndpointConventionBuilder> Endpoints { get; } = [];

    public HashSet<string> ServiceNames { get; } = new(StringComparer.Ordinal);

    protected void Map(IMethod method, IEnumerable<object> metadata, CallHandler handler)
    {
        ServiceNames.Add(method.ServiceName);
        var endpoint = endpoints.Map(method.FullName, handler.HandleAsync);
        endpoint.Add(builder =>
        {
            builder.DisplayName = $"gRPC - {method.FullName}";
            builder.Metadata.Add(new GrpcMethodMetadata(serviceType, method));
            builder.Metadata.Add(new HttpMethodMetadata(["POST"], acceptCorsPreflight: true));
            foreach (object attribute in metadata)
                builder.Metadata.Add(attribute);
        });
        Endpoints.Add(endpoint);
    }
}
