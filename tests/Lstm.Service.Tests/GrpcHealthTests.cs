using Grpc.Core;
using Grpc.Health.V1;
using Grpc.Net.Client;
using Lstm.Service.Hosting;
using Lstm.Service.Tests.Hosting;
using Microsoft.Extensions.DependencyInjection;
using static Grpc.Health.V1.HealthCheckResponse.Types;

namespace Lstm.Service.Tests;

/// <summary>grpc.health.v1 says what /healthz/ready says.</summary>
public sealed class GrpcHealthTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Check_WithUsableModels_IsServingForServerAndService()
    {
        await using var service = await RunningService.StartAsync();
        var health = new Health.HealthClient(service.Invoker);

        Assert.Equal(ServingStatus.Serving, (await health.CheckAsync(new())).Status);
        Assert.Equal(ServingStatus.Serving, (await health.CheckAsync(new() { Service = "lstm.v1.Inference" })).Status);
        var e = await Assert.ThrowsAsync<RpcException>(async () => await health.CheckAsync(new() { Service = "nyc-taxi" }));
        Assert.Equal(StatusCode.NotFound, e.StatusCode);
    }

    [Fact]
    public async Task Check_WithoutUsableModel_IsNotServing()
    {
        string empty = Directory.CreateTempSubdirectory("lstm-").FullName;
        await using var service = await RunningService.StartAsync("--models", empty);
        Assert.Equal(ServingStatus.NotServing, (await new Health.HealthClient(service.Invoker).CheckAsync(new())).Status);
        Directory.Delete(empty);
    }

    [Theory]
    [InlineData("")]
    [InlineData("lstm.v1.Inference")]
    public async Task Watch_FromListeningToTheStop_TellsNotServingServingNotServingAndEnds(string name)
    {
        var start = new PausedStart();
        await using var app = ServiceHost.Build(
            ["--http-port", "0", "--grpc-port", "0", "--models", TestModels.Directory, "--Logging:LogLevel:Default", "None", "--Lstm:Server:ShutdownTimeout", "01:00:00"], start.AddTo);
        var starting = app.StartAsync();
        await start.Listening;
        using var channel = GrpcChannel.ForAddress($"http://127.0.0.1:{app.Services.GetRequiredService<Endpoints>().GrpcPort}");
        using var watch = new Health.HealthClient(channel).Watch(new() { Service = name });
        Assert.Equal(ServingStatus.NotServing, await NextAsync(watch));

        start.GoOn();
        await starting;
        Assert.Equal(ServingStatus.Serving, await NextAsync(watch));

        await app.StopAsync().WaitAsync(Patience); // An open watch must not make it wait.
        Assert.Equal(ServingStatus.NotServing, await NextAsync(watch));
        Assert.Null(await NextAsync(watch));
        Assert.Equal(StatusCode.OK, watch.GetStatus().StatusCode);
    }

    private static async Task<ServingStatus?> NextAsync(AsyncServerStreamingCall<HealthCheckResponse> watch) =>
        await watch.ResponseStream.MoveNext(default).WaitAsync(Patience) ? watch.ResponseStream.Current.Status : null;
}
