using System.Diagnostics;
using Lstm.Cli.Hosting;

namespace Lstm.Cli.Tests.Hosting;

public class ServiceProcessTests
{
    [Fact]
    public async Task StartAsync_Ready_AnswersOnBothPortsAndStopsWhenDisposed()
    {
        int id;
        await using (ServiceProcess service = await ServiceProcess.StartAsync(Installation.Service, Installation.Models, CancellationToken.None))
        {
            id = service.Id;
            using var http = new HttpClient();
            using HttpResponseMessage ready = await http.GetAsync(new Uri(service.HttpAddress + "/healthz/ready"));
            Assert.True(ready.IsSuccessStatusCode);
            Assert.NotEqual(service.HttpAddress, service.GrpcAddress);
        }

        Assert.Throws<ArgumentException>(() => Process.GetProcessById(id));
    }

    [Fact]
    public async Task StartAsync_ServiceRefusesToStart_ShowsWhy()
    {
        var fault = await Assert.ThrowsAsync<CommandFailedException>(() =>
            ServiceProcess.StartAsync(Installation.Service, Installation.Models, CancellationToken.None, "--no-such-option", "1"));

        Assert.StartsWith("The service ended with exit code ", fault.Message, StringComparison.Ordinal);
        Assert.Contains("--no-such-option", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task StartAsync_Cancelled_LeavesNoProcess()
    {
        using var cancellation = new CancellationTokenSource();
        Task<ServiceProcess> starting = ServiceProcess.StartAsync(Installation.Service, Installation.Models, cancellation.Token);
        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => starting);
    }
}
