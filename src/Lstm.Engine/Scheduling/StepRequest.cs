using System.Threading.Tasks.Sources;

namespace Lstm.Engine.Scheduling;

/// <summary>A step that waits for its batch; used again for the next one, so that waiting allocates nothing.</summary>
/// <param name="scheduler">Where it goes back to.</param>
internal sealed class StepRequest(StepScheduler scheduler) : IValueTaskSource
{
    // Continuations run elsewhere: the thread that runs batches must not do its callers' work.
    private ManualResetValueTaskSourceCore<bool> _source = new() { RunContinuationsAsynchronously = true };
    private ModelState? _state;

    /// <summary>The state to advance.</summary>
    public ModelState State => _state ?? throw new InvalidOperationException("The request is not in use.");

    /// <summary>[count, input_size].</summary>
    public ReadOnlyMemory<float> X { get; private set; }

    /// <summary>[count, output_size].</summary>
    public Memory<float> Y { get; private set; }

    /// <summary>Empty, or [gate_size].</summary>
    public Memory<float> Gates { get; private set; }

    /// <summary>Number of steps.</summary>
    public int Count { get; private set; }

    /// <summary>The caller's end.</summary>
    public ValueTask Task => new(this, _source.Version);

    /// <summary>Takes a step in.</summary>
    public void Prepare(ModelState? state, ReadOnlyMemory<float> x, Memory<float> y, Memory<float> gates, int count)
    {
        _state = state;
        X = x;
        Y = y;
        Gates = gates;
        Count = count;
    }

    /// <summary>The steps are done.</summary>
    public void Complete() => _source.SetResult(true);

    /// <summary>The steps failed.</summary>
    public void Fail(Exception error) => _source.SetException(error);

    /// <inheritdoc/>
    public ValueTaskSourceStatus GetStatus(short token) => _source.GetStatus(token);

    /// <inheritdoc/>
    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _source.OnCompleted(continuation, state, token, flags);

    /// <inheritdoc/>
    public void GetResult(short token)
    {
        try
        {
            _source.GetResult(token);
        }
        finally
        {
            _source.Reset();
            Prepare(null, default, default, default, 0);
            scheduler.Recycle(this);
        }
    }
}
