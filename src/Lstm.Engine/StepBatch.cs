namespace Lstm.Engine;

/// <summary>Steps of different states of one model, run together. Each result is bit-equal to the step alone.</summary>
public abstract class StepBatch
{
    /// <summary>The largest number of states in one run.</summary>
    public abstract int Capacity { get; }

    /// <summary>States added since the last run.</summary>
    public abstract int Count { get; }

    /// <summary>Adds one step to the next run.</summary>
    /// <param name="state">A state of the model; at most once in a run.</param>
    /// <param name="x">x(t), [input_size]; must not change until the run is over.</param>
    /// <param name="y">y(t), [output_size]; written by the run.</param>
    /// <param name="gates">Empty, or [gate_size].</param>
    /// <exception cref="ArgumentException">As in <see cref="Model.Step(ModelState, ReadOnlySpan{float}, Span{float})"/>.</exception>
    /// <exception cref="InvalidOperationException">The batch is full.</exception>
    public abstract void Add(ModelState state, ReadOnlyMemory<float> x, Memory<float> y, Memory<float> gates = default);

    /// <summary>Runs what was added and empties the batch. Allocates nothing.</summary>
    public abstract void Run();
}
