using System.Numerics;
using Lstm.Engine;

namespace Lstm.OnnxRuntime.Backend;

/// <summary>Steps of several sessions: in one run where the model allows that, otherwise one after the other.</summary>
/// <param name="model">The model.</param>
/// <param name="capacity">The largest number of states in one run.</param>
internal sealed class OrtStepBatch(OrtBackedModel model, int capacity) : StepBatch
{
    private readonly int _widest = Math.Min(capacity, model.Info.MaxBatch);

    // A run takes exactly as many sessions as its tensors have room for: 1, 2, 4, …, bound when first needed, the last ones idle.
    private readonly Lane?[] _lanes = new Lane?[1 + BitOperations.Log2(BitOperations.RoundUpToPowerOf2((uint)Math.Min(capacity, model.Info.MaxBatch)))];
    private readonly Entry[] _entries = new Entry[capacity];
    private readonly float[] _results = new float[checked(capacity * (model.Info.OutputSize + model.Info.StateSize))];
    private int _count;

    /// <inheritdoc/>
    public override int Capacity => _entries.Length;

    /// <inheritdoc/>
    public override int Count => _count;

    /// <inheritdoc/>
    public override void Add(ModelState state, ReadOnlyMemory<float> x, Memory<float> y, Memory<float> gates = default)
    {
        model.CheckStep(state, x.Span, y.Length, gates.Length);
        if (_count == Capacity)
            throw new InvalidOperationException($"The batch is full: it has room for {Capacity} states. Run it first.");
        _entries[_count++] = new Entry(state, x, y);
    }

    /// <inheritdoc/>
    public override void Run()
    {
        var count = _count;
        _count = 0;
        try
        {
            for (var first = 0; first < count; first += _widest)
                RunTogether(first, Math.Min(_widest, count - first));
            // All succeeded: only now states change.
            for (var n = 0; n < count; n++)
            {
                Y(n).CopyTo(_entries[n].Y.Span);
                State(n).CopyTo(_entries[n].State.Values);
            }
        }
        finally
        {
            Array.Clear(_entries, 0, count);
        }
    }

    private void RunTogether(int first, int count)
    {
        var room = BitOperations.RoundUpToPowerOf2((uint)count);
        var lane = _lanes[BitOperations.Log2(room)] ??= model.CreateLane((int)room);
        for (var n = 0; n < count; n++)
            lane.Write(n, _entries[first + n].X.Span, _entries[first + n].State.Values);
        lane.Run();
        for (var n = 0; n < count; n++)
            lane.Read(n, Y(first + n), State(first + n));
    }

    private Span<float> Y(int n) => _results.AsSpan(n * model.Info.OutputSize, model.Info.OutputSize);

    private Span<float> State(int n) => _results.AsSpan((_entries.Length * model.Info.OutputSize) + (n * model.Info.StateSize), model.Info.StateSize);

    private readonly record struct Entry(ModelState State, ReadOnlyMemory<float> X, Memory<float> Y);
}
