using System.Diagnostics.Metrics;
using Lstm.Service.Observability;

namespace Lstm.Service.Tests.Hosting;

/// <summary>Keeps a lane busy from its next batch on: a lane reports each batch before it takes another one, and a listener that does not return holds it.</summary>
internal sealed class BusyModel : IDisposable
{
    private readonly ManualResetEventSlim _reached = new();
    private readonly ManualResetEventSlim _leave = new();
    private readonly MeterListener _listener = new();

    public BusyModel()
    {
        _listener.InstrumentPublished = static (instrument, listener) =>
        {
            if (instrument.Meter.Name == LstmMeter.Name && instrument.Name == "lstm.batch.width")
                listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>((_, _, _, _) =>
        {
            _reached.Set();
            _leave.Wait();
        });
        _listener.Start();
    }

    /// <summary>Waits until a lane is held.</summary>
    public Task UntilBusyAsync() => Wait.UntilAsync(() => Task.FromResult(_reached.IsSet), "the model is busy");

    /// <summary>Lets the lane go on, for good.</summary>
    public void Release() => _leave.Set();

    public void Dispose()
    {
        _leave.Set();
        _listener.Dispose();
        _reached.Dispose();
        _leave.Dispose();
    }
}
