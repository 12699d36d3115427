using Grpc.HealthCheck;
using Lstm.Service.Models;
using Lstm.Service.Observability;
using Lstm.V1;
using static Grpc.Health.V1.HealthCheckResponse.Types;

namespace Lstm.Service.Hosting;

/// <summary>Whether the service should be sent work; tells it to grpc.health.v1, too.</summary>
internal sealed class Readiness : IDisposable
{
    // A call that ends at the moment when Kestrel begins to close its connection can lose its status: Kestrel counts the stream as ended before the last frame is written.
    private static readonly TimeSpan HeadStart = TimeSpan.FromMilliseconds(100);

    private readonly CancellationTokenSource _endOfStreams = new();
    private readonly Lock _telling = new();
    private readonly ModelCatalog _models;
    private readonly HealthServiceImpl _health;
    private volatile bool _started;

    /// <summary>Not ready yet.</summary>
    /// <param name="models">At least one has to be usable.</param>
    /// <param name="health">What gRPC clients ask and watch.</param>
    /// <param name="lifetime">Tells when the service stops.</param>
    /// <param name="log">Where the stop is noted.</param>
    public Readiness(ModelCatalog models, HealthServiceImpl health, IHostApplicationLifetime lifetime, ILogger<Readiness> log)
    {
        (_models, _health) = (models, health);
        Stopping = lifetime.ApplicationStopping;
        Stopping.Register(log.Stopping);
        Stopping.Register(Tell);
        Stopping.Register(() => _endOfStreams.CancelAfter(HeadStart));
        Tell();
    }

    /// <summary>Cancelled when the service begins to stop.</summary>
    public CancellationToken Stopping { get; }

    /// <summary>Cancelled when streams have to end: as soon as Kestrel has told their clients that it closes.</summary>
    public CancellationToken EndOfStreams => _endOfStreams.Token;

    /// <summary>ready, loading, stopping or no_usable_model.</summary>
    public string Status =>
        Stopping.IsCancellationRequested ? "stopping"
        : !_started ? "loading"
        : _models.Served.Any() ? "ready"
        : "no_usable_model";

    /// <summary>The service listens, and of each model it is known whether it loads.</summary>
    public void Started()
    {
        _started = true;
        Tell();
    }

    /// <inheritdoc/>
    public void Dispose() => _endOfStreams.Dispose();

    private void Tell()
    {
        // Start and stop may meet: the last to tell has seen both.
        lock (_telling)
        {
            var status = Status == "ready" ? ServingStatus.Serving : ServingStatus.NotServing;
            _health.SetStatus("", status);
            _health.SetStatus(Inference.Descriptor.FullName, status);
        }
    }
}
