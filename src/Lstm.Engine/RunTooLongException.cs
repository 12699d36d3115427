namespace Lstm.Engine;

/// <summary>The backend was stopped in a run that took longer than it may. The state is as before.</summary>
/// <param name="limit">The limit.</param>
/// <param name="inner">Where it came from, if it was an exception.</param>
public sealed class RunTooLongException(TimeSpan limit, Exception? inner = null)
    : Exception($"ONNX Runtime was stopped after {limit}, the limit of time for one run (Lstm:Models:MaxRunTime of the service, ModelLoaderOptions.MaxRunTime); the state is as before.", inner)
{
    /// <summary>The limit.</summary>
    public TimeSpan Limit { get; } = limit;
}
