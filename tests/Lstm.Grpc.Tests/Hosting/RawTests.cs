namespace Lstm.Grpc.Tests.Hosting;

/// <summary>Base of tests that talk to a server of their own by hand-made frames.</summary>
public abstract class RawTests : IAsyncLifetime
{
    internal ProbeServer Server { get; private set; } = null!; // set by InitializeAsync, before any test

    internal RawClient Raw { get; private set; } = null!; // as above

    public async Task InitializeAsync()
    {
        Server = await StartAsync();
        Raw = new RawClient(Server.Address);
    }

    public async Task DisposeAsync()
    {
        Raw.Dispose();
        await Server.DisposeAsync();
    }

    internal virtual Task<ProbeServer> StartAsync() => ProbeServer.StartAsync();
}
