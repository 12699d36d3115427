namespace Lstm.Cli.Bench.Lanes;

/// <summary>What one contender did.</summary>
/// <param name="Model">The model's name.</param>
/// <param name="Lanes">Batches that may run at the same time.</param>
/// <param name="Schedulers">One for all lanes, or one for each with sessions of its own.</param>
/// <param name="StepsPerSecond">The median of the turns.</param>
/// <param name="Ratio">Times as fast as one lane, the median of the rounds' ratios.</param>
/// <param name="LeastRatio">The smallest of these.</param>
/// <param name="LargestRatio">The largest.</param>
/// <param name="ProcessorUs">Microseconds of processor time a step, the callers' included; the median of the turns.</param>
/// <param name="Width">Sessions in a batch, on average.</param>
internal sealed record LanesResult(
    string Model, int Lanes, int Schedulers, double StepsPerSecond, double Ratio, double LeastRatio, double LargestRatio, double ProcessorUs, double Width);
