using System.Diagnostics;
using Lstm.Engine.Layers;
using Lstm.Engine.Onnx;

namespace Lstm.Engine;

/// <summary>Working memory of native steps: a row for each session.</summary>
internal sealed class NativeStepBatch : StepBatch
{
    private readonly NativeModel _model;
    private readonly Frame _frame;

    /// <summary>Reserves the rows.</summary>
    /// <param name="model">The model.</param>
    /// <param name="capacity">The largest number of states in one run.</param>
    public NativeStepBatch(NativeModel model, int capacity)
        : base(model, capacity)
    {
        _model = model;
        _frame = new Frame(model.RowLength, capacity);
    }

    /// <summary>One checked step, at once.</summary>
    public void RunAlone(StateRow state, ReadOnlySpan<float> x, Span<float> y, Span<float> gates)
    {
        Read(0, state, x);
        _frame.ShowGates = !gates.IsEmpty;
        RunLayers(1);
        Write(0, state, y, gates);
    }

    /// <inheritdoc/>
    internal override void Run(ReadOnlySpan<StepItem> items)
    {
        Debug.Assert(items.Length <= Capacity, "at most as many sessions as there are rows");
        if (items.IsEmpty)
        {
            return;
        }
        _frame.ShowGates = false;
        for (int n = 0; n < items.Length; n++)
        {
            ref readonly StepItem item = ref items[n];
            _frame.ShowGates |= !item.Gates.IsEmpty;
            Read(n, item.State, item.X.Span);
        }
        RunLayers(items.Length);
        for (int n = 0; n < items.Length; n++)
        {
            ref readonly StepItem item = ref items[n];
            Write(n, item.State, item.Y.Span, item.Gates.Span);
        }
    }

    private void RunLayers(int batch)
    {
        _frame.Backward = !_frame.Backward;
        foreach (Layer layer in _model.Layers)
        {
            layer.Run(_frame, batch);
        }
    }

    private void Read(int session, StateRow state, ReadOnlySpan<float> x)
    {
        Debug.Assert(x.Length == _model.Info.InputSize, "x is [input_size]: no input is wide");
        Span<float> row = _frame.Row(session);
        Span<float> values = state.Span(_model.StateSize);
        foreach (StepPort input in _model.Inputs)
        {
            x[..input.Size].CopyTo(row[input.Offset..]);
            x = x[input.Size..];
        }
        foreach (StateSlot slot in _model.States)
        {
            values.Slice(slot.Offset, slot.Length).CopyTo(row[slot.Old..]);
        }
    }

    // The only place where a state changes.
    private void Write(int session, StateRow state, Span<float> y, Span<float> gates)
    {
        Debug.Assert(y.Length == _model.Info.OutputSize, "y is [output_size]: no output is wide");
        Span<float> row = _frame.Row(session);
        Span<float> values = state.Span(_model.StateSize);
        foreach (StateSlot slot in _model.States)
        {
            row.Slice(slot.New, slot.Length).CopyTo(values[slot.Offset..]);
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
}
