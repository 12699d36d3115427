using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Lstm.Service.Tests.Hosting;

/// <summary>Holds a service between listening and being ready.</summary>
internal sealed class PausedStart : IHostedLifecycleService
{
    private readonly TaskCompletionSource _listening = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _goOn = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when the service listens.</summary>
    public Task Listening => _listening.Task.WaitAsync(TimeSpan.FromSeconds(30));

    public void GoOn() => _goOn.TrySetResult();

    /// <summary>Goes before what declares the service ready.</summary>
    public void AddTo(WebApplicationBuilder builder) => builder.Services.Insert(0, ServiceDescriptor.Singleton<IHostedService>(this));

    public Task StartedAsync(CancellationToken cancellationToken)
    {
        _listening.TrySetResult();
        return _goOn.Task;
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
