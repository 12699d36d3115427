namespace Lstm.Engine;

/// <summary>Steps of different states of one model, run together. Each result is bit-equal to the step alone.</summary>
public abstract class StepBatch
{
    private readonly Model _model;
    private readonly StepItem[] _added;

    /// <summary>Working memory of a backend.</summary>
    /// <param name="model">The model.</param>
    /// <param name="capacity">The largest number of states in one run.</param>
    internal StepBatch(Model model, int capacity)
    {
        _model = model;
        _added = new StepItem[capacity];
    }

    /// <summary>The largest number of states in one run.</summary>
    public int Capacity => _added.Length;

    /// <summary>States added since the last run.</summary>
    public int Count { get; private set; }

    /// <summary>Adds one step to the next run.</summary>
    /// <param name="state">A state of the model; at most once in a run.</param>
    /// <param name="x">x(t), [input_size]; must not change until the run is over.</param>
    /// <param name="y">y(t), [output_size]; written by the run.</param>
    /// <param name="gates">Empty, or [gate_size].</param>
    /// <exception cref="ArgumentException">As in <see cref="Model.Step(ModelState, ReadOnlySpan{float}, Span{float})"/>.</exception>
    /// <exception cref="InvalidOperationException">The batch is full.</exception>
    public void Add(ModelState state, ReadOnlyMemory<float> x, Memory<float> y, Memory<float> gates = default)
    {
        _model.CheckStep(state, x.Span, y.Length, gates.Length);
        if (Count == Capacity)
        {
            throw new InvalidOperationException($"The batch is full: it has room for {Capacity} states. Run it first.");
        }
        _added[Count++] = new StepItem(state.Row, x, y, gates);
    }

    /// <summary>Runs what was added and empties the batch. Allocates nothing.</summary>
    public void Run()
    {
        Span<StepItem> added = _added.AsSpan(0, Count);
        Count = 0;
        try
        {
            Run(added);
        }
        finally
        {
            added.Clear();
        }
    }

    /// <summary>Runs checked steps together, all or none: when it throws, every state is as before.</summary>
    /// <param name="items">At most <see cref="Capacity"/>, each of another state.</param>
    internal abstract void Run(ReadOnlySpan<StepItem> items);
}
