using Google.Protobuf.Reflection;
using Grpc.Core;
using Grpc.Reflection.V1;

namespace Grpc.Reflection;

/// <summary>grpc.reflection.v1.ServerReflection.</summary>
internal sealed class ReflectionV1ServiceImpl(IReadOnlyCollection<ServiceDescriptor> services) : ServerReflection.ServerReflectionBase
{
    private readonly SymbolRegistry _symbols = SymbolRegistry.FromFiles(services.Select(service => service.File));

    /// <inheritdoc/>
    public override async Task ServerReflectionInfo(
        IAsyncStreamReader<ServerReflectionRequest> requestStream, IServerStreamWriter<ServerReflectionResponse> responseStream, ServerCallContext context)
    {
        var stream = new ReflectionStream(services.Select(service => service.FullName), _symbols);
        while (await requestStream.MoveNext(context.CancellationToken).ConfigureAwait(false))
            await responseStream.WriteAsync(stream.Answer(requestStream.Current)).ConfigureAwait(false);
    }
}
