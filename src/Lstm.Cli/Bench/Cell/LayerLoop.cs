using Lstm.Engine;
using Lstm.Engine.Layers;
using Lstm.Engine.Onnx;

namespace Lstm.Cli.Bench.Cell;

/// <summary>The layers alone, on rows in place, and the new state put where the old one was.</summary>
internal sealed class LayerLoop
{
    private readonly NativeModel _model;
    private readonly Frame _frame;
    private readonly int _batch;

    /// <summary>Prepares the rows.</summary>
    /// <param name="model">The model.</param>
    /// <param name="batch">Sessions.</param>
    /// <param name="fill">Fills inputs and states.</param>
    public LayerLoop(NativeModel model, int batch, Action<float[]> fill)
    {
        _model = model;
        _batch = batch;
        _frame = new Frame(model.RowLength, batch);
        for (int session = 0; session < batch; session++)
        {
            foreach (StepPort input in model.Inputs)
            {
                Fill(session, input.Offset, input.Size, fill);
            }
            foreach (StateSlot slot in model.States)
            {
                Fill(session, slot.Old, slot.Length, fill);
            }
        }
    }

    /// <summary>One timestep of every session.</summary>
    public void Run()
    {
        _frame.Backward = !_frame.Backward;
        foreach (Layer layer in _model.Layers)
        {
            layer.Run(_frame, _batch);
        }
        for (int session = 0; session < _batch; session++)
        {
            Span<float> row = _frame.Row(session);
            foreach (StateSlot slot in _model.States)
            {
                row.Slice(slot.New, slot.Length).CopyTo(row[slot.Old..]);
            }
        }
    }

    private void Fill(int session, int offset, int length, Action<float[]> fill)
    {
        var values = new float[length];
        fill(values);
        values.CopyTo(_frame.Row(session)[offset..]);
    }
}
