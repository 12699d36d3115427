using Lstm.Engine.Kernels;
using Lstm.Engine.Layers;
using Lstm.Engine.Onnx;

namespace Lstm.Engine;

/// <summary>Computes what sessions start from out of what is given when they open.</summary>
/// <param name="start">The plan.</param>
/// <param name="states">The state, piece by piece.</param>
/// <param name="width">The vector width.</param>
/// <param name="budget">The load that it is made for.</param>
internal sealed class NativeSessionStart(SessionStart start, IReadOnlyList<StateSlot> states, VectorWidth width, LoadBudget budget)
{
    private readonly NativePart[] _parts = [.. start.Work.Parts.Select(part => NativePart.Create(part, width, budget))];

    /// <summary>Says what is wrong with a value.</summary>
    /// <param name="inputs">Checked inputs in the model's order.</param>
    /// <returns>Expected, found; null when all are fine.</returns>
    public string? FindFault(SessionInput[] inputs)
    {
        foreach (InputRange range in start.Work.Ranges)
        {
            int place = range.Index;
            int number = 0;
            for (; place >= inputs[number].Values.Length; number++)
            {
                place -= inputs[number].Values.Length;
            }
            float value = inputs[number].Values.Span[place];
            if (!(value >= range.Least && value <= range.Most && value == MathF.Truncate(value)))
            {
                return $"Expected a whole number from {range.Least} to {range.Most} at place {place} of '{inputs[number].Name}' but got {value}.";
            }
        }
        return null;
    }

    /// <summary>Computes a start.</summary>
    /// <param name="inputs">Checked inputs in the model's order.</param>
    /// <param name="state">[state_size], which holds what starts from constants; the rest is filled in.</param>
    public void Run(SessionInput[] inputs, Span<float> state)
    {
        var frame = new Frame(start.Work.RowLength, 1);
        Span<float> row = frame.Row(0);
        for (int n = 0; n < inputs.Length; n++)
        {
            inputs[n].Values.Span.CopyTo(row[start.Inputs[n].Offset..]);
        }
        foreach (Layer layer in _parts.SelectMany(static p => p.Layers))
        {
            layer.Run(frame, 1);
        }
        foreach (StateSlot slot in states)
        {
            if (slot.Start is SessionValue value)
            {
                for (int n = 0; n < slot.Length; n++)
                {
                    state[slot.Offset + n] = row[value.Source[n]];
                }
            }
        }
    }
}
