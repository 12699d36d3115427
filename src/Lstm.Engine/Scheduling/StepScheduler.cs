namespace Lstm.Engine.Scheduling;

/// <summary>
/// Runs the steps of many sessions of one model. A step on an idle scheduler runs at once on the caller's thread;
/// what arrives meanwhile runs together as the next batch. No timer, no added delay.
/// </summary>
public sealed class StepScheduler
{
    /// <summary>A scheduler for one model.</summary>
    /// <param name="model">The model.</param>
    /// <param name="options">Limits.</param>
    /// <param name="onBatch">Called after every batch: states in it, and how long it ran. Must be quick.</param>
    public StepScheduler(Model model, StepSchedulerOptions options, Action<int, TimeSpan>? onBatch = null) => throw new NotImplementedException();

    /// <summary>The model.</summary>
    public Model Model => throw new NotImplementedException();

    /// <summary>Advances one state by <paramref name="count"/> timesteps, all or none.</summary>
    /// <param name="state">A state of the model; the caller sends one request for a state at a time.</param>
    /// <param name="x">[count, input_size]; must not change until the task completes.</param>
    /// <param name="y">[count, output_size]; written before the task completes.</param>
    /// <param name="gates">Empty, or [gate_size]: the gates of the last step.</param>
    /// <param name="count">Number of timesteps, at least 1.</param>
    /// <returns>Completes when the steps are done; await it exactly once.</returns>
    /// <exception cref="ArgumentException">A length differs from the model's, or an integer input is out of range; nothing was stepped.</exception>
    /// <exception cref="QueueFullException">Too many steps wait; nothing was stepped, retry later.</exception>
    public ValueTask StepAsync(ModelState state, ReadOnlyMemory<float> x, Memory<float> y, Memory<float> gates = default, int count = 1) =>
        throw new NotImplementedException();
}
