using Lstm.Cli;
using Lstm.Cli.Hosting;

namespace Lstm.Client.Tests;

/// <summary>One real service for all tests of the client, with sessions of their own.</summary>
public sealed class ServiceFixture : IAsyncLifetime
{
    private ServiceProcess? _service;

    /// <summary>Where it answers gRPC.</summary>
    public string Address => _service?.GrpcAddress ?? throw new InvalidOperationException("The service is started before the tests.");

    /// <summary>A client of its own for each test.</summary>
    public LstmClient Connect() => LstmClient.Connect(Address);

    public async Task InitializeAsync() =>
        _service = await ServiceProcess.StartAsync(Installation.Service, Installation.Models, CancellationToken.None);

    public async Task DisposeAsync()
    {
        if (_service is not null)
            await _service.DisposeAsync();
    }
}
