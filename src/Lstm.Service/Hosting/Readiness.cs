using Lstm.Service.Models;
using Lstm.Service.Observability;

namespace Lstm.Service.Hosting;

/// <summary>Whether the service should be sent work.</summary>
internal sealed class Readiness
{
    private readonly ModelCatalog _models;
    private volatile bool _started;

    /// <summary>Not ready yet.</summary>
    /// <param name="models">At least one has to be usable.</param>
    /// <param name="lifetime">Tells when the service stops.</param>
    /// <param name="log">Where the stop is noted.</param>
    public Readiness(ModelCatalog models, IHostApplicationLifetime lifetime, ILogger<Readiness> log)
    {
        _models = models;
        Stopping = lifetime.ApplicationStopping;
        Stopping.Register(log.Stopping);
    }

    /// <summary>Cancelled when the service begins to stop.</summary>
    public CancellationToken Stopping { get; }

    /// <summary>ready, starting, stopping or no_usable_model.</summary>
    public string Status =>
        Stopping.IsCancellationRequested ? "stopping"
        : !_started ? "starting"
        : _models.Served.Any() ? "ready"
        : "no_usable_model";

    /// <summary>The service listens.</summary>
    public void Started() => _started = true;
}
