using System.Collections.Concurrent;
using Grpc.AspNetCore.HealthChecks;
using Grpc.Core;
using Grpc.Health.V1;
using Grpc.HealthCheck;
using Lstm.Grpc.Services.Tests.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using static Grpc.Health.V1.HealthCheckResponse.Types;

namespace Lstm.Grpc.Services.Tests.HealthChecks;

/// <summary>ASP.NET Core's health checks as grpc.health.v1 (grpc/grpc doc/health-checking.md). Mappings and options are those of Grpc.AspNetCore.HealthChecks.</summary>
public sealed class HealthCheckingServiceTests
{
    private readonly ConcurrentQueue<string> _ran = [];
    private volatile bool _isDiskFull;

    [Fact]
    public async Task Check_MappedService_RunsItsChecksAndNoOthers()
    {
        _isDiskFull = true;
        await using var server = await StartAsync(options => options.Services.Map("zoo.Zoo", check => check.Name == "database" && check.Tags.Contains("zoo")));

        Assert.Equal(ServingStatus.Serving, await CheckAsync(server, "zoo.Zoo"));
        Assert.Equal(["database"], _ran);
        Assert.Equal(ServingStatus.NotServing, await CheckAsync(server, ""));
    }

    [Fact]
    public async Task Check_ResultChanges_GivesTheNewOne()
    {
        await using var server = await StartAsync();
        Assert.Equal(ServingStatus.Serving, await CheckAsync(server, ""));
        _isDiskFull = true;
        Assert.Equal(ServingStatus.NotServing, await CheckAsync(server, ""));
    }

    [Theory]
    [InlineData("slow", ServingStatus.Serving)]
    [InlineData("none such", ServingStatus.Unknown)]
    public async Task Check_DegradedOrNoChecks_IsServingOrUnknown(string check, ServingStatus status)
    {
        await using var server = await StartAsync(options => options.Services.Map("", c => c.Name == check));
        Assert.Equal(status, await CheckAsync(server, ""));
    }

    [Fact]
    public async Task Check_ServiceThatIsNotMapped_IsNotFound()
    {
        await using var server = await StartAsync(options => options.Services.Clear());
        var e = await Assert.ThrowsAsync<RpcException>(() => CheckAsync(server, ""));
        Assert.Equal(new Status(StatusCode.NotFound, "The health of service '' is not known here."), e.Status);
    }

    [Fact]
    public async Task Check_PredicateOfHealthCheckOptions_LimitsWhatRuns()
    {
        _isDiskFull = true;
        await using var server = await StartAsync(services: services => services.Configure<HealthCheckOptions>(options => options.Predicate = check => check.Name != "disk"));
        Assert.Equal(ServingStatus.Serving, await CheckAsync(server, ""));
    }

    [Fact]
    public async Task List_GivesEveryMappedServiceAndRunsEachCheckOnce()
    {
        _isDiskFull = true;
        await using var server = await StartAsync(options =>
        {
            options.Services.Map("good", check => check.Name == "database");
            options.Services.Map("bad", check => check.Name is "database" or "disk");
            options.Services.Remove("");
        });

        var statuses = (await new Health.HealthClient(server.Channel).ListAsync(new())).Statuses;

        Assert.Equal([("bad", ServingStatus.NotServing), ("good", ServingStatus.Serving)], statuses.Select(s => (s.Key, s.Value.Status)).Order());
        Assert.Equal(["database", "disk"], _ran.Order());
    }

    [Fact]
    public async Task Cache_Statuses_AreThoseThatWereSet()
    {
        await using var server = await StartAsync(options => options.UseHealthChecksCache = true);
        var health = server.Services.GetRequiredService<HealthServiceImpl>();
        await Assert.ThrowsAsync<RpcException>(() => CheckAsync(server, "set"));
        health.SetStatus("set", ServingStatus.NotServing);

        Assert.Equal(ServingStatus.NotServing, await CheckAsync(server, "set"));
        Assert.Equal(ServingStatus.NotServing, (await new Health.HealthClient(server.Channel).ListAsync(new())).Statuses["set"].Status);
        using var watch = Watch(server, "set");
        Assert.Equal(ServingStatus.NotServing, await watch.NextAsync());
        Assert.Empty(_ran);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Watch_ChecksOnTheTimer_TellWhatChanged(bool cache)
    {
        await using var server = await StartAsync(
            options => options.UseHealthChecksCache = cache,
            services => services.Configure<HealthCheckPublisherOptions>(options => (options.Delay, options.Period) = (TimeSpan.Zero, TimeSpan.FromSeconds(1))));
        using var watch = Watch(server, "");
        var first = await watch.NextAsync();
        if (first == ServingStatus.ServiceUnknown) // Asked before the timer's first run.
            first = await watch.NextAsync();
        Assert.Equal(ServingStatus.Serving, first);
        _isDiskFull = true;
        Assert.Equal(ServingStatus.NotServing, await watch.NextAsync());
        _isDiskFull = false;
        Assert.Equal(ServingStatus.Serving, await watch.NextAsync());
    }

    [Fact]
    public async Task Watch_FirstAnswer_IsFreshAndNewsForOthers()
    {
        await using var server = await StartAsync(services: services => services.Configure<HealthCheckPublisherOptions>(options => options.Delay = TimeSpan.FromHours(1)));
        using var before = Watch(server, "");
        Assert.Equal(ServingStatus.Serving, await before.NextAsync());
        _isDiskFull = true;
        using var after = Watch(server, "");
        Assert.Equal(ServingStatus.NotServing, await after.NextAsync());
        Assert.Equal(ServingStatus.NotServing, await before.NextAsync());
    }

    [Fact]
    public async Task Watch_ServiceThatIsNotMapped_IsServiceUnknownAndGoesOn()
    {
        await using var server = await StartAsync();
        using var watch = Watch(server, "later");
        Assert.Equal(ServingStatus.ServiceUnknown, await watch.NextAsync());
        server.Services.GetRequiredService<HealthServiceImpl>().SetStatus("later", ServingStatus.Serving);
        Assert.Equal(ServingStatus.Serving, await watch.NextAsync());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Watch_ServerStops_TellsNotServingOnceAndEnds(bool toldBefore)
    {
        _isDiskFull = toldBefore;
        await using var server = await StartAsync();
        using var watch = Watch(server, "");
        Assert.Equal(toldBefore ? ServingStatus.NotServing : ServingStatus.Serving, await watch.NextAsync());

        await server.StopAsync();

        if (!toldBefore)
            Assert.Equal(ServingStatus.NotServing, await watch.NextAsync());
        Assert.Null(await watch.NextAsync());
        Assert.Equal(StatusCode.OK, watch.Status.StatusCode);
    }

    [Fact]
    public async Task Watch_ServerStopsWithSuppressedCompletion_IsBrokenOff()
    {
        await using var server = await StartAsync(options => options.SuppressCompletionOnShutdown = true, shutdownTimeout: TimeSpan.FromMilliseconds(200));
        using var watch = Watch(server, "");
        Assert.Equal(ServingStatus.Serving, await watch.NextAsync());
        await server.StopAsync();
        await Assert.ThrowsAsync<RpcException>(watch.NextAsync);
    }

    [Fact]
    public async Task MapGrpcHealthChecksService_WithoutAddGrpcHealthChecks_SaysWhatToCall()
    {
        var e = await Assert.ThrowsAsync<InvalidOperationException>(() => TestServer.StartAsync(_ => { }, app => app.MapGrpcHealthChecksService()));
        Assert.Equal("MapGrpcHealthChecksService needs the services of AddGrpcHealthChecks: call services.AddGrpcHealthChecks() before the application is built.", e.Message);
    }

    [Fact]
    public void Services_NameTwice_IsReplacedByMapAndRefusedByAdd()
    {
        var services = new GrpcHealthChecksOptions().Services;
        services.Map("a", _ => true);
        services.Map("a", _ => false);
        Assert.False(Assert.Single(services).HealthCheckPredicate!(new("any", [])));
        Assert.Throws<ArgumentException>(() => services.Add(new ServiceMapping("a", _ => true)));
    }

    private Task<TestServer> StartAsync(Action<GrpcHealthChecksOptions>? options = null, Action<IServiceCollection>? services = null, TimeSpan? shutdownTimeout = null) => TestServer.StartAsync(
        collection =>
        {
            collection.AddGrpcHealthChecks(options ?? (_ => { }))
                .AddCheck("database", () => Ran("database", HealthCheckResult.Healthy()), ["zoo"])
                .AddCheck("disk", () => Ran("disk", _isDiskFull ? HealthCheckResult.Unhealthy("full") : HealthCheckResult.Healthy()))
                .AddCheck("slow", () => Ran("slow", HealthCheckResult.Degraded()));
            services?.Invoke(collection);
        },
        app => app.MapGrpcHealthChecksService(),
        shutdownTimeout);

    private HealthCheckResult Ran(string name, HealthCheckResult result)
    {
        _ran.Enqueue(name);
        return result;
    }

    private static async Task<ServingStatus> CheckAsync(TestServer server, string service) =>
        (await new Health.HealthClient(server.Channel).CheckAsync(new() { Service = service })).Status;

    private static WatchCall Watch(TestServer server, string service) => new(new(server.Channel), service);
}
