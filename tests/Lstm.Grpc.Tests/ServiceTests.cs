using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Grpc.Net.Client;
using Lstm.Grpc.Tests.Hosting;
using Lstm.Grpc.Tests.Protos;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.DependencyInjection;

namespace Lstm.Grpc.Tests;

/// <summary>How services are registered, made, configured, intercepted and measured, as users of Grpc.AspNetCore know it.</summary>
public sealed class ServiceTests
{
    [Fact]
    public async Task Service_NotRegistered_IsMadeForEachCallAndDisposed()
    {
        var disposed = new ConcurrentQueue<int>();
        await using var server = await ProbeServer.StartAsync(services: services => services.AddSingleton(disposed), endpoints: app => app.MapGrpcService<CountingService>());
        using var channel = GrpcChannel.ForAddress(server.Address);

        var first = await CountAsync(channel);
        var second = await CountAsync(channel);

        Assert.NotEqual(first, second);
        await PollAsync(() => disposed.Count == 2);
    }

    [Fact]
    public async Task Service_RegisteredAsSingleton_IsTheSameForAllCalls()
    {
        await using var server = await ProbeServer.StartAsync(
            services: services => services.AddSingleton(new ConcurrentQueue<int>()).AddSingleton<CountingService>(),
            endpoints: app => app.MapGrpcService<CountingService>());
        using var channel = GrpcChannel.ForAddress(server.Address);

        Assert.Equal(await CountAsync(channel), await CountAsync(channel));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Definition_Mapped_ServesAllCallsWithItsOneService(bool fromContainer)
    {
        var disposed = new ConcurrentQueue<int>();
        var trace = new ConcurrentQueue<string>();
        await using var server = await ProbeServer.StartAsync(
            options => options.Interceptors.Add<TracingInterceptor>("seen"),
            services => services.AddSingleton(trace).AddSingleton(disposed).AddSingleton<CountingService>(),
            app => _ = fromContainer
                ? app.MapGrpcService(services => Counting.BindService(services.GetRequiredService<CountingService>()))
                : app.MapGrpcService(Counting.BindService(new CountingService(disposed))));
        using var channel = GrpcChannel.ForAddress(server.Address);

        Assert.Equal(await CountAsync(channel), await CountAsync(channel));

        Assert.Equal(["seen in", "seen in"], trace);
        Assert.Empty(disposed);
    }

    [Fact]
    public async Task Definition_MethodThatItLacks_IsUnimplemented()
    {
        var definition = ServerServiceDefinition.CreateBuilder().AddMethod(ProbeMethod("There"), (request, _) => Task.FromResult(request)).Build();
        await using var server = await ProbeServer.StartAsync(endpoints: app => app.MapGrpcService(definition));
        using var channel = GrpcChannel.ForAddress(server.Address);
        var invoker = channel.CreateCallInvoker();

        var there = await invoker.AsyncUnaryCall(ProbeMethod("There"), null, default, "echo");
        var exception = await Assert.ThrowsAsync<RpcException>(async () => await invoker.AsyncUnaryCall(ProbeMethod("NotThere"), null, default, "echo"));

        Assert.Equal("echo", there);
        Assert.Equal(StatusCode.Unimplemented, exception.StatusCode);
        Assert.Equal("Method is unimplemented.", exception.Status.Detail);

        static Method<string, string> ProbeMethod(string name) =>
            new(MethodType.Unary, "lstm.grpc.tests.ByHand", name, Marshallers.StringMarshaller, Marshallers.StringMarshaller);
    }

    [Fact]
    public async Task Service_RegisteredAsScoped_IsAnotherForEachCall()
    {
        await using var server = await ProbeServer.StartAsync(
            services: services => services.AddSingleton(new ConcurrentQueue<int>()).AddSingleton<CountingService>().AddScoped<CountingService>(), // The last one counts.
            endpoints: app => app.MapGrpcService<CountingService>());
        using var channel = GrpcChannel.ForAddress(server.Address);

        Assert.NotEqual(await CountAsync(channel), await CountAsync(channel));
    }

    [Fact]
    public async Task Interceptors_OfServerAndClient_SeeTheCallInOrder()
    {
        var trace = new ConcurrentQueue<string>();
        await using var server = await ProbeServer.StartAsync(
            options =>
            {
                options.Interceptors.Add<TracingInterceptor>("outer");
                options.Interceptors.Add<TracingInterceptor>("inner");
            },
            services => services.AddSingleton(trace));
        using var channel = GrpcChannel.ForAddress(server.Address);
        var client = new Probe.ProbeClient(channel.Intercept(new TracingInterceptor("first", trace), new TracingInterceptor("second", trace)));

        await client.UnaryAsync(new ProbeRequest());
        using var call = client.Duplex();
        await call.RequestStream.CompleteAsync();
        await call.ResponseStream.MoveNext();

        string[] once = ["first out", "second out", "outer in", "inner in"];
        Assert.Equal([.. once, .. once], trace);
    }

    [Fact]
    public async Task Interceptor_Refuses_HandlerDoesNotRun()
    {
        await using var server = await ProbeServer.StartAsync(options => options.Interceptors.Add<RefusingInterceptor>());
        using var channel = GrpcChannel.ForAddress(server.Address);

        var exception = await Assert.ThrowsAsync<RpcException>(async () => await new Probe.ProbeClient(channel).UnaryAsync(new ProbeRequest()));

        Assert.Equal(StatusCode.Unauthenticated, exception.StatusCode);
        Assert.Empty(server.Log.Calls);
    }

    [Fact]
    public async Task Options_OfOneService_WinOverThoseOfAll()
    {
        await using var server = await ProbeServer.StartAsync(
            options => options.MaxReceiveMessageSize = 10,
            services => services.AddGrpc().AddServiceOptions<ProbeService>(options => options.MaxReceiveMessageSize = null));
        using var channel = GrpcChannel.ForAddress(server.Address);

        var reply = await new Probe.ProbeClient(channel).UnaryAsync(new ProbeRequest { Text = "longer than ten bytes" });

        Assert.Equal("longer than ten bytes", reply.Text);
    }

    [Theory]
    [InlineData(20, StatusCode.OK)]
    [InlineData(21, StatusCode.ResourceExhausted)]
    public async Task RequestSizeLimit_OnAMethod_IsItsReceiveLimit(int bytes, StatusCode expected)
    {
        await using var server = await ProbeServer.StartAsync(endpoints: static application => application.MapGrpcService<LimitedService>());
        using var raw = new RawClient(server.Address);
        byte[] unknownField = [0x7A, (byte)(bytes - 2), .. new byte[bytes - 2]];
        // Of the message that is too large only the head is sent: the limit is looked at before the rest is waited for.
        byte[] frame = RawClient.Frame(unknownField)[..(expected == StatusCode.OK ? bytes + 5 : 5)];

        var response = await raw.CallAsync("", frame, request => request.RequestUri = new Uri(server.Address + "/lstm.grpc.tests.Counting/Who"));

        Assert.Equal(expected, response.Status);
        Assert.Equal(StatusCode.OK, (await raw.CallAsync("Unary", RawClient.Frame(new byte[] { 0x0A, 30 }.Concat(new byte[30]).ToArray()))).Status); // others keep theirs
    }

    [Fact]
    public async Task Context_InTheHandler_KnowsRequestAndPeer()
    {
        await using var server = await ProbeServer.StartAsync(options => options.Interceptors.Add<ContextInterceptor>(), services => services.AddSingleton<ConcurrentQueue<string>>());
        using var channel = GrpcChannel.ForAddress(server.Address);
        await new Probe.ProbeClient(channel).UnaryAsync(new ProbeRequest());

        Assert.Equal(
            ["/lstm.grpc.tests.Probe/Unary", "ipv4:127.0.0.1", new Uri(server.Address).Authority, "HTTP/2", "False"],
            server.Services.GetRequiredService<ConcurrentQueue<string>>());
    }

    [Fact]
    public async Task Metrics_OfCalls_CountDurationStatusAndMessages()
    {
        await using var server = await ProbeServer.StartAsync();
        using var listener = new MeterListener();
        var measured = new ConcurrentDictionary<string, double>();
        listener.InstrumentPublished = (instrument, self) =>
        {
            // Servers of other tests have meters of the same name; the factory is the scope.
            if (instrument.Meter.Name == "Lstm.Grpc" && ReferenceEquals(instrument.Meter.Scope, server.Services.GetRequiredService<IMeterFactory>()))
                self.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => measured.AddOrUpdate(Key(instrument, tags), value, (_, sum) => sum + value));
        listener.SetMeasurementEventCallback<double>((instrument, _, tags, _) => measured.AddOrUpdate(Key(instrument, tags), 1, (_, count) => count + 1));
        listener.Start();
        using var channel = GrpcChannel.ForAddress(server.Address);
        var client = new Probe.ProbeClient(channel);

        using (var call = client.ServerStream(new ProbeRequest { Replies = 7 }))
            Assert.Equal(7, await call.ResponseStream.ReadAllAsync().CountAsync());
        await Assert.ThrowsAsync<RpcException>(async () => await client.UnaryAsync(new ProbeRequest { Behaviour = Behaviour.Fail, StatusCode = 5 }));

        await PollAsync(() => measured.ContainsKey("rpc.server.call.duration Probe/Unary 5"));
        Assert.Equal(1, measured["rpc.server.call.duration Probe/ServerStream 0"]);
        Assert.Equal(7, measured["lstm.grpc.messages_sent Probe/ServerStream "]);
        Assert.Equal(1, measured["lstm.grpc.messages_received Probe/ServerStream "]);
        Assert.Equal(0, measured["lstm.grpc.active_calls Probe/Unary "]);

        static string Key(Instrument instrument, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            var values = tags.ToArray().ToDictionary(tag => tag.Key, tag => tag.Value);
            Assert.Equal("lstm.grpc.tests.Probe", values["rpc.service"]);
            return $"{instrument.Name} Probe/{values["rpc.method"]} {values.GetValueOrDefault("rpc.grpc.status_code")}";
        }
    }

    [Fact]
    public void Map_WithoutAddGrpc_SaysWhatToDo()
    {
        var application = WebApplication.CreateSlimBuilder().Build();

        var exception = Assert.Throws<InvalidOperationException>(() => application.MapGrpcService<ProbeService>());

        Assert.Equal("MapGrpcService needs the services of AddGrpc: call services.AddGrpc() before the application is built.", exception.Message);
    }

    [Fact]
    public async Task Map_ClassThatIsNoService_IsRefused()
    {
        var exception = await Assert.ThrowsAsync<InvalidOperationException>(() => ProbeServer.StartAsync(endpoints: app => app.MapGrpcService<object>()));

        Assert.StartsWith("Expected a class derived from a generated service base", exception.Message, StringComparison.Ordinal);
    }

    private static async Task<int> CountAsync(GrpcChannel channel) => (await new Counting.CountingClient(channel).WhoAsync(new WhoRequest())).Instance;

    private static async Task PollAsync(Func<bool> condition)
    {
        for (var until = DateTime.UtcNow.AddSeconds(10); !condition(); await Task.Delay(5))
            Assert.True(DateTime.UtcNow < until, "The condition did not come true in 10 s.");
    }

    private sealed class CountingService(ConcurrentQueue<int> disposed) : Counting.CountingBase, IDisposable
    {
        private static int _made;

        private readonly int _instance = Interlocked.Increment(ref _made);

        public override Task<WhoReply> Who(WhoRequest request, ServerCallContext context) => Task.FromResult(new WhoReply { Instance = _instance });

        public void Dispose() => disposed.Enqueue(_instance);
    }

    private sealed class RefusingInterceptor : Interceptor
    {
        public override Task<TResponse> UnaryServerHandler<TRequest, TResponse>(TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation) =>
            throw new RpcException(new Status(StatusCode.Unauthenticated, "who?"));
    }

    private sealed class ContextInterceptor(ConcurrentQueue<string> facts) : Interceptor
    {
        public override Task<TResponse> UnaryServerHandler<TRequest, TResponse>(TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
        {
            facts.Enqueue(context.Method);
            facts.Enqueue(context.Peer[..context.Peer.LastIndexOf(':')]);
            facts.Enqueue(context.Host);
            facts.Enqueue(context.GetHttpContext().Request.Protocol);
            facts.Enqueue($"{context.AuthContext.IsPeerAuthenticated}");
            return continuation(request, context);
        }
    }

    private sealed class LimitedService : Counting.CountingBase
    {
        [RequestSizeLimit(20)]
        public override Task<WhoReply> Who(WhoRequest request, ServerCallContext context) => Task.FromResult(new WhoReply());
    }
}
