using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Core;
using Grpc.Reflection.V1Alpha;

namespace Grpc.Reflection;

/// <summary>grpc.reflection.v1alpha.ServerReflection, the name under which older clients ask (grpc/grpc doc/server-reflection.md).</summary>
public class ReflectionServiceImpl : ServerReflection.ServerReflectionBase
{
    private readonly IReadOnlyCollection<string> _services;
    private readonly SymbolRegistry _symbols;

    /// <summary>Tells of services.</summary>
    /// <param name="services">The full names of the services.</param>
    /// <param name="symbolRegistry">The files that declare them, and more if wanted.</param>
    public ReflectionServiceImpl(IEnumerable<string> services, SymbolRegistry symbolRegistry)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(symbolRegistry);
        _services = [.. services];
        _symbols = symbolRegistry;
    }

    /// <summary>Tells of services, the files that declare them and what these import.</summary>
    /// <param name="serviceDescriptors">The services: the property Descriptor of generated classes.</param>
    public ReflectionServiceImpl(IEnumerable<ServiceDescriptor> serviceDescriptors)
        : this(serviceDescriptors.Select(service => service.FullName), SymbolRegistry.FromFiles(serviceDescriptors.Select(service => service.File)))
    {
    }

    /// <summary>Tells of services, the files that declare them and what these import.</summary>
    /// <param name="serviceDescriptors">The services: the property Descriptor of generated classes.</param>
    public ReflectionServiceImpl(params ServiceDescriptor[] serviceDescriptors)
        : this((IEnumerable<ServiceDescriptor>)serviceDescriptors)
    {
    }

    /// <summary>Answers requests in their order until the client is done.</summary>
    /// <param name="requestStream">The requests.</param>
    /// <param name="responseStream">The answers.</param>
    /// <param name="context">The call.</param>
    /// <returns>Completes when the client is done.</returns>
    public override async Task ServerReflectionInfo(
        IAsyncStreamReader<ServerReflectionRequest> requestStream, IServerStreamWriter<ServerReflectionResponse> responseStream, ServerCallContext context)
    {
        ArgumentNullException.ThrowIfNull(requestStream);
        ArgumentNullException.ThrowIfNull(responseStream);
        ArgumentNullException.ThrowIfNull(context);
        var stream = new ReflectionStream(_services, _symbols);
        while (await requestStream.MoveNext(context.CancellationToken).ConfigureAwait(false))
        {
            // The messages of both versions are the same bytes.
            var request = V1.ServerReflectionRequest.Parser.ParseFrom(requestStream.Current.ToByteString());
            await responseStream.WriteAsync(ServerReflectionResponse.Parser.ParseFrom(stream.Answer(request).ToByteString())).ConfigureAwait(false);
        }
    }
}
