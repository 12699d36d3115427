using System.Reflection;
using Google.Protobuf.Reflection;
using Grpc.AspNetCore.Server;
using Grpc.Core;
using Microsoft.AspNetCore.Routing;

namespace Grpc.Reflection;

/// <summary>The services that were mapped with MapGrpcService, found by the metadata of their endpoints.</summary>
internal static class MappedServices
{
    /// <summary>Finds the services.</summary>
    /// <param name="endpoints">All endpoints of the application.</param>
    /// <returns>Their descriptors, in the order of their names. Services that were not generated from a .proto file have none.</returns>
    public static IReadOnlyCollection<ServiceDescriptor> Find(EndpointDataSource endpoints) =>
    [
        .. endpoints.Endpoints
            .Select(endpoint => endpoint.Metadata.GetMetadata<GrpcMethodMetadata>()?.ServiceType)
            .OfType<Type>()
            .Distinct()
            .Select(Descriptor)
            .OfType<ServiceDescriptor>()
            .DistinctBy(service => service.FullName)
            .OrderBy(service => service.FullName, StringComparer.Ordinal),
    ];

    // The generated service base names the class around it, and that has the descriptor. A service may name a binding of its own above it.
    private static ServiceDescriptor? Descriptor(Type service)
    {
        for (Type? type = service; type is not null; type = type.BaseType)
            if (type.GetCustomAttribute<BindServiceMethodAttribute>(inherit: false)?.BindType
                .GetProperty("Descriptor", BindingFlags.Public | BindingFlags.Static)?.GetValue(null) is ServiceDescriptor found)
                return found;
        return null;
    }
}
