using Lstm.Cli.Bench.Grpc;
using Lstm.Cli.Bench.Load;
using Lstm.Cli.Hosting;

namespace Lstm.Cli.Tests.Bench.Grpc;

/// <summary>The generator against the real server: every transport answers every load, and rightly.</summary>
public sealed class EchoRunTests : IAsyncLifetime
{
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(400);

    private ServiceProcess? _server;

    public async Task InitializeAsync() => _server = await ServiceProcess.StartAsync(Installation.Transport, null, CancellationToken.None);

    public async Task DisposeAsync() => await _server!.DisposeAsync(); // Set by InitializeAsync.

    [Fact]
    public async Task RunAsync_EveryLoadOnEveryTransport_IsAnsweredRightly()
    {
        foreach (EchoLoad load in EchoLoad.Standard)
        {
            foreach (string service in Transport.All.Select(static t => t.Service).OfType<string>())
            {
                GrpcFigures figures = await RunAsync(load, service, CancellationToken.None);

                Assert.True(figures is { MessagesPerSecond: > 0, AllocatedBytes: > 0, P50Microseconds: > 0 }, $"{service}, {load}: {figures}");
                Assert.True(figures.P99Microseconds >= figures.P50Microseconds, $"{service}, {load}: {figures}");
            }
        }
    }

    [Fact]
    public async Task RunAsync_UnknownService_IsAFault()
    {
        var fault = await Assert.ThrowsAsync<LoadException>(() => RunAsync(EchoLoad.Standard[0], "no.Such", CancellationToken.None));

        Assert.Equal("The server ended stream 1 before the client did with grpc-status 12: Service is unimplemented.", fault.Message);
    }

    [Fact]
    public async Task RunAsync_Cancelled_Ends()
    {
        using var cancellation = new CancellationTokenSource(Short);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => EchoRun.RunAsync(
            new Uri(_server!.GrpcAddress), _server.Id, EchoLoad.Standard[1], "lstm.transport.Layer", TimeSpan.FromMinutes(10), cancellation.Token)); // Set by InitializeAsync.
    }

    private Task<GrpcFigures> RunAsync(EchoLoad load, string service, CancellationToken cancellation) =>
        EchoRun.RunAsync(new Uri(_server!.GrpcAddress), _server.Id, load, service, Short, cancellation); // Set by InitializeAsync.
}
