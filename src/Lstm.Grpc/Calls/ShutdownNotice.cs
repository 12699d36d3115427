using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Grpc.AspNetCore.Server.Calls;

/// <summary>
/// A token that is cancelled shortly before a stopping host gives up waiting (HostOptions.ShutdownTimeout): calls that run until then can still be told
/// UNAVAILABLE, before Kestrel cuts their connections.
/// </summary>
internal sealed class ShutdownNotice : IDisposable
{
    private static readonly TimeSpan MostAhead = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _soon = new();
    private readonly CancellationTokenRegistration _stopping;

    public ShutdownNotice(IHostApplicationLifetime lifetime, IOptions<HostOptions> host)
    {
        var timeout = host.Value.ShutdownTimeout;
        if (timeout >= TimeSpan.Zero)
            _stopping = lifetime.ApplicationStopping.Register(() => _soon.CancelAfter(timeout - TimeSpan.FromTicks(Math.Min(MostAhead.Ticks, timeout.Ticks / 2))));
        Token = _soon.Token;
    }

    public CancellationToken Token { get; }

    public void Dispose()
    {
        _stopping.Dispose();
        _soon.Dispose();
    }
}
