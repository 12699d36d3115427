using System.Numerics;
using Lstm.Engine;

namespace Lstm.OnnxRuntime.Backend;

/// <summary>Steps of several sessions: in one run where the model allows that, otherwise one after the other.</summary>
/// <param name="model">The model.</param>
/// <param name="capacity">The largest number of states in one run.</param>
internal sealed class OrtStepBatch(OrtBackedModel model, int capacity) : StepBatch(model, capacity)
{
    private readonly int _widest = Math.Min(capacity, model.Info.MaxBatch);
    private readonly int _outputWords = model.Info.OutputWords;
    private readonly int _stateSize = model.Info.StateSize;

    // A run takes exactly as many sessions as its tensors have room for: 1, 2, 4, …, bound when first needed, the last ones idle.
    private readonly Lane?[] _lanes = new Lane?[1 + BitOperations.Log2(BitOperations.RoundUpToPowerOf2((uint)Math.Min(capacity, model.Info.MaxBatch)))];
    private readonly float[] _results = new float[checked(capacity * (model.Info.OutputWords + model.Info.StateSize))];

    /// <inheritdoc/>
    internal override void Run(ReadOnlySpan<StepItem> items)
    {
        for (var first = 0; first < items.Length; first += _widest)
            RunTogether(items, first, Math.Min(_widest, items.Length - first));
        // All succeeded: only now states change.
        for (var n = 0; n < items.Length; n++)
        {
            Y(n)[..items[n].Y.Length].CopyTo(items[n].Y.Span);
            State(n).CopyTo(items[n].State.Span(_stateSize));
        }
    }

    private void RunTogether(ReadOnlySpan<StepItem> items, int first, int count)
    {
        var room = BitOperations.RoundUpToPowerOf2((uint)count);
        var lane = _lanes[BitOperations.Log2(room)] ??= model.CreateLane((int)room);
        for (var n = 0; n < count; n++)
            lane.Write(n, items[first + n].X.Span, items[first + n].State.Span(_stateSize));
        // Sessions with a context of their own run one by one.
        lane.Run(items[first].State.Context);
        for (var n = 0; n < count; n++)
            lane.Read(n, Y(first + n), State(first + n));
    }

    private Span<float> Y(int n) => _results.AsSpan(n * _outputWords, _outputWords);

    private Span<float> State(int n) => _results.AsSpan((Capacity * _outputWords) + (n * _stateSize), _stateSize);
}
