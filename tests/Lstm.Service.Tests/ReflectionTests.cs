using Google.Protobuf.Reflection;
using Grpc.Core;
using Lstm.Service.Tests.Hosting;
using Lstm.V1;
using Alpha = Grpc.Reflection.V1Alpha;
using Stable = Grpc.Reflection.V1;

namespace Lstm.Service.Tests;

/// <summary>What the service tells about itself over gRPC, and that it can be told not to.</summary>
public sealed class ReflectionTests
{
    [Fact]
    public async Task Reflection_ByDefault_TellsServicesAndMessages()
    {
        await using var service = await RunningService.StartAsync();
        using var call = new Stable.ServerReflection.ServerReflectionClient(service.Invoker).ServerReflectionInfo();

        var services = await AskAsync(new() { ListServices = "" });
        var files = await AskAsync(new() { FileContainingSymbol = "lstm.v1.StreamRequest" });

        Assert.Equal(
            ["grpc.health.v1.Health", "grpc.reflection.v1.ServerReflection", "grpc.reflection.v1alpha.ServerReflection", "lstm.v1.Inference"],
            services.ListServicesResponse.Service.Select(static s => s.Name).Order(StringComparer.Ordinal));
        var file = FileDescriptorProto.Parser.ParseFrom(Assert.Single(files.FileDescriptorResponse.FileDescriptorProto));
        Assert.Equal(InferenceReflection.Descriptor.ToProto(), file);

        async Task<Stable.ServerReflectionResponse> AskAsync(Stable.ServerReflectionRequest request)
        {
            await call.RequestStream.WriteAsync(request);
            Assert.True(await call.ResponseStream.MoveNext(default));
            return call.ResponseStream.Current;
        }
    }

    [Fact]
    public async Task Reflection_Off_IsUnimplemented()
    {
        await using var service = await RunningService.StartAsync("--Lstm:Grpc:Reflection", "false");
        using var v1 = new Stable.ServerReflection.ServerReflectionClient(service.Invoker).ServerReflectionInfo();
        using var v1Alpha = new Alpha.ServerReflection.ServerReflectionClient(service.Invoker).ServerReflectionInfo();
        Assert.Equal(StatusCode.Unimplemented, (await Assert.ThrowsAsync<RpcException>(() => v1.ResponseStream.MoveNext(default))).StatusCode);
        Assert.Equal(StatusCode.Unimplemented, (await Assert.ThrowsAsync<RpcException>(() => v1Alpha.ResponseStream.MoveNext(default))).StatusCode);
    }
}
