namespace Lstm.Service.Rest.Bodies;

/// <summary>How the service is.</summary>
/// <param name="Status">live; or ready, loading, stopping, no_usable_model.</param>
/// <param name="Models">What became of each model file; only in readiness.</param>
internal sealed record HealthBody(string Status, ModelHealthBody[]? Models);
