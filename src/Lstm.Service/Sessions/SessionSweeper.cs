using Lstm.Service.Observability;
using Lstm.Service.Options;

namespace Lstm.Service.Sessions;

/// <summary>Looks for idle sessions now and then, and says at the end how many states go with the process.</summary>
internal sealed class SessionSweeper(SessionRegistry sessions, SessionsOptions options, TimeProvider time, ILogger<SessionSweeper> log) : BackgroundService
{
    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.SweepInterval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
                sessions.EndIdle();
        }
        catch (OperationCanceledException)
        {
            if (sessions.Count > 0)
                log.SessionsLost(sessions.Count);
        }
    }
}
