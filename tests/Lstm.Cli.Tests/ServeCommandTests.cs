using Lstm.Cli.Hosting;

namespace Lstm.Cli.Tests;

public class ServeCommandTests
{
    [Fact]
    public async Task Serve_OptionsOfTheService_ArriveAndTerminationIsPassedOn()
    {
        string ready = Path.Combine(Directory.CreateTempSubdirectory("lstm-test-").FullName, "ready.json");
        using var serve = LstmProcess.Start("serve", "--http-port", "0", "--grpc-port=0", "--ready-file", ready);
        await Eventually.TrueAsync(() => ReadyFile.TryRead(ready) is not null, "the service is ready");

        var address = $"127.0.0.1:{ReadyFile.TryRead(ready)?.GrpcPort}";
        (int listed, string none, _) = await LstmProcess.RunAsync("sessions", "list", "--address", address);
        Assert.Equal((0, "No open sessions.\n"), (listed, none));

        using (var client = Lstm.Client.LstmClient.Connect(address))
            await client.OpenSessionAsync("nyc-taxi", "taxi-1");
        (_, string table, _) = await LstmProcess.RunAsync("sessions", "list", "--address", address);
        Assert.Contains("taxi-1", table, StringComparison.Ordinal);
        (_, string shown, _) = await LstmProcess.RunAsync("sessions", "get", "taxi-1", "--state", "--address", address);
        Assert.Contains("layer0.h [64]", shown, StringComparison.Ordinal);
        Assert.Equal(0, (await LstmProcess.RunAsync("sessions", "close", "taxi-1", "--address", address)).Code);
        (int gone, _, string why) = await LstmProcess.RunAsync("sessions", "get", "taxi-1", "--address", address);
        Assert.Equal(1, gone);
        Assert.StartsWith($"{address}: SESSION_CLOSED: Session 'taxi-1'", why, StringComparison.Ordinal);

        serve.Terminate();
        Assert.Equal(0, (await serve.EndAsync()).Code);
    }
}
