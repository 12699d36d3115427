using System.Diagnostics.CodeAnalysis;
using System.IO.Compression;
using System.Reflection;
using Grpc.AspNetCore.Server.Calls;
using Grpc.Core;
using Grpc.Wire;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Grpc.AspNetCore.Server.Binding;

/// <summary>Finds the methods of a service, through its generated base class or in its definition, and maps them to endpoints.</summary>
internal sealed class ServiceMapper(
    IServiceProvider services,
    ServiceRegistrations registrations,
    GrpcServerMeter meter,
    ShutdownNotice shutdown,
    ILoggerFactory loggers,
    IOptions<GrpcServiceOptions> globalOptions)
{
    private readonly UnknownMethodEndpoints _unknownMethods = new();

    public List<IEndpointConventionBuilder> Map<
        [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors | DynamicallyAccessedMemberTypes.PublicMethods | DynamicallyAccessedMemberTypes.NonPublicMethods)] TService>(
        IEndpointRouteBuilder endpoints)
        where TService : class
    {
        var serviceOptions = services.GetRequiredService<IOptions<GrpcServiceOptions<TService>>>().Value;
        var binder = new ServiceBinder<TService>(
            endpoints,
            Settings(serviceOptions, loggers.CreateLogger<TService>()),
            [.. globalOptions.Value.Interceptors, .. serviceOptions.Interceptors],
            registrations.IsSingleton(typeof(TService)) ? services : null);
        Bind(typeof(TService), binder);
        return Mapped(endpoints, binder);
    }

    public List<IEndpointConventionBuilder> Map(IEndpointRouteBuilder endpoints, ServerServiceDefinition definition)
    {
        var settings = Settings(new GrpcServiceOptions(), loggers.CreateLogger<ServerServiceDefinition>());
        var binder = new DefinitionBinder(endpoints, settings, [.. globalOptions.Value.Interceptors]);
        definition.BindService(binder);
        return Mapped(endpoints, binder);
    }

    private List<IEndpointConventionBuilder> Mapped(IEndpointRouteBuilder endpoints, EndpointBinder binder)
    {
        _unknownMethods.Map(endpoints, binder.ServiceNames, mapAnyService: globalOptions.Value.IgnoreUnknownServices != true);
        return binder.Endpoints;
    }

    // The generated BindService(ServiceBinderBase, ServiceBase) names every method to the binder; with null as the service, without handlers.
    private static void Bind(Type serviceType, ServiceBinderBase binder)
    {
        BindServiceMethodAttribute? attribute = null;
        Type? baseType = serviceType;
        for (; baseType is not null && attribute is null; baseType = baseType.BaseType)
            attribute = baseType.GetCustomAttribute<BindServiceMethodAttribute>(inherit: false);
        var bind = attribute?.BindType
            .GetMethods(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static)
            .FirstOrDefault(method => method.Name == attribute.BindMethodName
                && method.GetParameters() is [var first, var second]
                && first.ParameterType == typeof(ServiceBinderBase)
                && second.ParameterType.IsAssignableFrom(serviceType));
        if (bind is null)
            throw new InvalidOperationException($"Expected a class derived from a generated service base (it carries BindServiceMethodAttribute), but found {serviceType}.");
        bind.Invoke(null, BindingFlags.DoNotWrapExceptions, null, [binder, null], null);
    }

    private CallSettings Settings(GrpcServiceOptions service, ILogger log)
    {
        var global = globalOptions.Value;
        string? encoding = service.ResponseCompressionAlgorithm ?? global.ResponseCompressionAlgorithm;
        if (encoding is not null && !MessageEncoding.IsSupported(encoding))
            throw new InvalidOperationException($"ResponseCompressionAlgorithm '{encoding}' is not supported: use \"gzip\", \"deflate\" or null.");
        return new CallSettings
        {
            MaxReceiveMessageSize = service.MaxReceiveMessageSizeSpecified ? service.MaxReceiveMessageSize
                : global.MaxReceiveMessageSizeSpecified ? global.MaxReceiveMessageSize
                : GrpcServiceOptions.DefaultMaxReceiveMessageSize,
            MaxSendMessageSize = service.MaxSendMessageSize ?? global.MaxSendMessageSize,
            DetailedErrors = service.EnableDetailedErrors ?? global.EnableDetailedErrors ?? false,
            ResponseEncoding = encoding,
            ResponseCompressionLevel = service.ResponseCompressionLevel ?? global.ResponseCompressionLevel ?? CompressionLevel.Fastest,
            Time = services.GetService<TimeProvider>() ?? TimeProvider.System,
            Meter = meter,
            Log = log,
            ShuttingDown = shutdown.Token,
        };
    }
}
