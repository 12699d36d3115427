using Grpc.AspNetCore.Server;
using Grpc.Core;
using Grpc.Health.V1;
using Grpc.HealthCheck;
using Lstm.Grpc.Services.Tests.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using static Grpc.Health.V1.HealthCheckResponse.Types;

namespace Lstm.Grpc.Services.Tests;

/// <summary>The rules of grpc/grpc doc/health-checking.md and of the comments in grpc/grpc-proto's grpc/health/v1/health.proto.</summary>
public sealed class HealthServiceImplTests : IAsyncLifetime
{
    private readonly HealthServiceImpl _health = new();
    private readonly WriteGate _gate = new();
    private TestServer _server = null!; // set by InitializeAsync, before any test
    private Health.HealthClient _client = null!; // as above

    public async Task InitializeAsync()
    {
        _server = await TestServer.StartAsync(services => services.AddSingleton(_health), app => app.MapGrpcService<HealthServiceImpl>());
        _client = new(_server.Channel);
    }

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Theory]
    [InlineData(ServingStatus.Serving)]
    [InlineData(ServingStatus.NotServing)]
    public async Task Check_KnownService_GivesItsStatus(ServingStatus status)
    {
        _health.SetStatus("zoo.Zoo", status);
        Assert.Equal(status, (await _client.CheckAsync(new() { Service = "zoo.Zoo" })).Status);
    }

    [Theory]
    [InlineData("")]
    [InlineData("zoo.zoo")]
    public async Task Check_UnknownService_IsNotFound(string service)
    {
        _health.SetStatus("zoo.Zoo", ServingStatus.Serving);
        var e = await Assert.ThrowsAsync<RpcException>(async () => await _client.CheckAsync(new() { Service = service }));
        Assert.Equal(new Status(StatusCode.NotFound, $"The health of service '{service}' is not known here."), e.Status);
    }

    [Fact]
    public async Task Check_EmptyName_IsTheServerAsAWhole()
    {
        _health.SetStatus("", ServingStatus.Serving);
        _health.SetStatus("zoo.Zoo", ServingStatus.NotServing);
        Assert.Equal(ServingStatus.Serving, (await _client.CheckAsync(new())).Status);
    }

    [Fact]
    public async Task List_GivesEveryServiceOnce()
    {
        _health.SetStatus("", ServingStatus.Serving);
        _health.SetStatus("zoo.Zoo", ServingStatus.Serving);
        _health.SetStatus("zoo.Zoo", ServingStatus.NotServing);
        _health.SetStatus("gone", ServingStatus.Serving);
        _health.ClearStatus("gone");

        var statuses = (await _client.ListAsync(new())).Statuses;

        Assert.Equal([("", ServingStatus.Serving), ("zoo.Zoo", ServingStatus.NotServing)], statuses.Select(s => (s.Key, s.Value.Status)).Order());
    }

    [Fact]
    public async Task Watch_KnownService_TellsItsStatusAtOnceAndThenEveryChange()
    {
        _health.SetStatus("zoo.Zoo", ServingStatus.NotServing);
        using var watch = new WatchCall(_client, "zoo.Zoo");
        Assert.Equal(ServingStatus.NotServing, await watch.NextAsync());
        foreach (var status in new[] { ServingStatus.Serving, ServingStatus.NotServing, ServingStatus.Unknown, ServingStatus.Serving })
        {
            _health.SetStatus("zoo.Zoo", status);
            Assert.Equal(status, await watch.NextAsync());
        }
    }

    [Fact]
    public async Task Watch_UnknownService_SaysSoAndHearsWhenItBecomesKnown()
    {
        using var watch = new WatchCall(_client, "later");
        Assert.Equal(ServingStatus.ServiceUnknown, await watch.NextAsync());
        _health.SetStatus("other", ServingStatus.NotServing);
        _health.SetStatus("later", ServingStatus.Serving);
        Assert.Equal(ServingStatus.Serving, await watch.NextAsync());
    }

    [Fact]
    public async Task Watch_ServiceThatIsCleared_TellsServiceUnknown()
    {
        _health.SetStatus("a", ServingStatus.Serving);
        _health.SetStatus("b", ServingStatus.Serving);
        using var a = new WatchCall(_client, "a");
        using var b = new WatchCall(_client, "b");
        Assert.Equal((ServingStatus.Serving, ServingStatus.Serving), (await a.NextAsync(), await b.NextAsync()));

        _health.ClearStatus("a");
        Assert.Equal(ServingStatus.ServiceUnknown, await a.NextAsync());
        _health.SetStatus("a", ServingStatus.NotServing);
        Assert.Equal(ServingStatus.NotServing, await a.NextAsync());
        _health.ClearAll();
        Assert.Equal((ServingStatus.ServiceUnknown, ServingStatus.ServiceUnknown), (await a.NextAsync(), await b.NextAsync()));
    }

    [Fact]
    public async Task Watch_SameStatusSetAgain_TellsNothing()
    {
        _health.SetStatus("zoo.Zoo", ServingStatus.Serving);
        using var watch = new WatchCall(_client, "zoo.Zoo");
        Assert.Equal(ServingStatus.Serving, await watch.NextAsync());
        _health.SetStatus("zoo.Zoo", ServingStatus.Serving);
        _health.SetStatus("zoo.Zoo", ServingStatus.NotServing);
        Assert.Equal(ServingStatus.NotServing, await watch.NextAsync());
    }

    [Theory]
    [InlineData(ServingStatus.NotServing, new[] { ServingStatus.NotServing })]
    [InlineData(ServingStatus.Serving, new ServingStatus[0])]
    public async Task Watch_ChangesDuringAWrite_TellsOnlyTheLastAndThatOnlyIfItIsNew(ServingStatus last, ServingStatus[] told)
    {
        await using var server = await StartGatedAsync();
        _health.SetStatus("zoo.Zoo", ServingStatus.Serving);
        using var watch = new WatchCall(new(server.Channel), "zoo.Zoo");
        await _gate.WriteBegunAsync();
        foreach (var status in new[] { ServingStatus.NotServing, ServingStatus.Unknown, ServingStatus.Serving, ServingStatus.Unknown, last })
            _health.SetStatus("zoo.Zoo", status);
        _gate.Let();
        Assert.Equal(ServingStatus.Serving, await watch.NextAsync());
        foreach (var status in told)
        {
            _gate.Let();
            Assert.Equal(status, await watch.NextAsync());
        }

        _health.SetStatus("zoo.Zoo", ServingStatus.ServiceUnknown);
        _gate.Let();
        Assert.Equal(ServingStatus.ServiceUnknown, await watch.NextAsync());
    }

    [Fact]
    public async Task Watch_ReaderThatTakesNothing_HoldsUpNobodyAndSeesTheLastStatus()
    {
        const int changes = 200_000; // With one message each these would fill the windows of HTTP/2 and Kestrel's buffer several times.
        using var slow = new WatchCall(_client, "zoo.Zoo");
        using var quick = new WatchCall(_client, "zoo.Zoo");
        Assert.Equal((ServingStatus.ServiceUnknown, ServingStatus.ServiceUnknown), (await slow.NextAsync(), await quick.NextAsync()));

        for (int i = 0; i < changes; i++)
            _health.SetStatus("zoo.Zoo", i % 2 == 0 ? ServingStatus.Serving : ServingStatus.NotServing);
        _health.SetStatus("zoo.Zoo", ServingStatus.Unknown);

        foreach (var watch in new[] { quick, slow })
        {
            var before = await watch.NextAsync();
            while (before != ServingStatus.Unknown)
            {
                var next = await watch.NextAsync();
                Assert.NotEqual(before, next);
                before = next;
            }
        }
    }

    [Fact]
    public async Task Watch_GivenUpByItsClient_Ends()
    {
        await using var server = await StartGatedAsync();
        using (var watch = new WatchCall(new(server.Channel), "zoo.Zoo"))
        {
            _gate.Let();
            Assert.Equal(ServingStatus.ServiceUnknown, await watch.NextAsync());
            Assert.False(_gate.Ended.IsCompleted);
        }
        await _gate.Ended;
    }

    [Fact]
    public async Task Watch_PastItsDeadline_EndsWithDeadlineExceeded()
    {
        using var call = _client.Watch(new(), deadline: DateTime.UtcNow.AddMilliseconds(200));
        Assert.True(await call.ResponseStream.MoveNext(default));
        var e = await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext(default));
        Assert.Equal(StatusCode.DeadlineExceeded, e.StatusCode);
    }

    private Task<TestServer> StartGatedAsync() => TestServer.StartAsync(
        services => services.AddSingleton(_health).AddSingleton(_gate).Configure<GrpcServiceOptions>(options => options.Interceptors.Add<WriteGate>()),
        app => app.MapGrpcService<HealthServiceImpl>());
}
