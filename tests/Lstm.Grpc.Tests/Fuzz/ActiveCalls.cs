using System.Diagnostics.Metrics;
using Lstm.Grpc.Tests.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace Lstm.Grpc.Tests.Fuzz;

/// <summary>Counts the calls under way on one server, as its meter tells them.</summary>
internal sealed class ActiveCalls : IDisposable
{
    private readonly MeterListener _listener = new();
    private long _started;
    private long _active;

    public ActiveCalls(ProbeServer server)
    {
        var meters = server.Services.GetRequiredService<IMeterFactory>();
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Name == "lstm.grpc.active_calls" && instrument.Meter.Scope == meters)
                listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>((_, change, _, _) =>
        {
            Interlocked.Add(ref _active, change);
            if (change > 0)
                Interlocked.Increment(ref _started);
        });
        _listener.Start();
    }

    /// <summary>Calls that began since.</summary>
    public long Started => Volatile.Read(ref _started);

    /// <summary>Waits until no call is under way.</summary>
    public async Task NoneAsync()
    {
        var limit = DateTime.UtcNow.AddSeconds(20);
        while (Volatile.Read(ref _active) != 0)
        {
            Assert.True(DateTime.UtcNow < limit, $"{Volatile.Read(ref _active)} calls are still under way.");
            await Task.Delay(5);
        }
    }

    public void Dispose() => _listener.Dispose();
}
