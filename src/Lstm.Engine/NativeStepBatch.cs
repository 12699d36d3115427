using Lstm.Engine.Layers;
using Lstm.Engine.Onnx;

namespace Lstm.Engine;

/// <summary>Working memory of native steps: a row for each session.</summary>
internal sealed class NativeStepBatch : StepBatch
{
    private readonly NativeModel _model;
    private readonly Frame _frame;
    private readonly Entry[] _entries;
    private int _count;

    /// <summary>Reserves the rows.</summary>
    /// <param name="model">The model.</param>
    /// <param name="capacity">The largest number of states in one run.</param>
    public NativeStepBatch(NativeModel model, int capacity)
    {
        _model = model;
        _frame = new Frame(model.RowLength, capacity);
        _entries = new Entry[capacity];
    }

    /// <inheritdoc/>
    public override int Capacity => _frame.Capacity;

    /// <inheritdoc/>
    public override int Count => _count;

    /// <inheritdoc/>
    public override void Add(ModelState state, ReadOnlyMemory<float> x, Memory<float> y, Memory<float> gates = default)
    {
        _model.CheckStep(state, x.Span, y.Length, gates.Length);
        if (_count == Capacity)
        {
            throw new InvalidOperationException($"The batch is full: it has room for {Capacity} states. Run it first.");
        }
        Read(_count, state, x.Span);
        _entries[_count++] = new Entry(state, y, gates);
    }

    /// <inheritdoc/>
    public override void Run()
    {
        if (_count == 0)
        {
            return;
        }
        _frame.ShowGates = false;
        for (int n = 0; n < _count; n++)
        {
            _frame.ShowGates |= !_entries[n].Gates.IsEmpty;
        }
        RunLayers(_count);
        for (int n = 0; n < _count; n++)
        {
            ref Entry entry = ref _entries[n];
            Write(n, entry.State, entry.Y.Span, entry.Gates.Span);
            entry = default;
        }
        _count = 0;
    }

    /// <summary>One checked step, at once.</summary>
    public void RunAlone(ModelState state, ReadOnlySpan<float> x, Span<float> y, Span<float> gates)
    {
        Read(0, state, x);
        _frame.ShowGates = !gates.IsEmpty;
        RunLayers(1);
        Write(0, state, y, gates);
    }

    private void RunLayers(int batch)
    {
        _frame.Backward = !_frame.Backward;
        foreach (Layer layer in _model.Layers)
        {
            layer.Run(_frame, batch);
        }
    }

    private void Read(int session, ModelState state, ReadOnlySpan<float> x)
    {
        Span<float> row = _frame.Row(session);
        foreach (StepPort input in _model.Inputs)
        {
            x[..input.Size].CopyTo(row[input.Offset..]);
            x = x[input.Size..];
        }
        foreach (StateSlot slot in _model.States)
        {
            state.Values.AsSpan(slot.Offset, slot.Length).CopyTo(row[slot.Old..]);
        }
    }

    // The only place where a state changes.
    private void Write(int session, ModelState state, Span<float> y, Span<float> gates)
    {
        Span<float> row = _frame.Row(session);
        foreach (StateSlot slot in _model.States)
        {
            row.Slice(slot.New, slot.Length).CopyTo(state.Values.AsSpan(slot.Offset));
        }
        foreach (StepPort output in _model.Outputs)
        {
            row.Slice(output.Offset, output.Size).CopyTo(y);
            y = y[output.Size..];
        }
        if (!gates.IsEmpty)
        {
            for (int n = 0; n < _model.Gates.Length; n++)
            {
                row.Slice(_model.GateOffsets[n], _model.Gates[n].Length).CopyTo(gates[_model.Gates[n].Offset..]);
            }
        }
    }

    private readonly record struct Entry(ModelState State, Memory<float> Y, Memory<float> Gates);
}
