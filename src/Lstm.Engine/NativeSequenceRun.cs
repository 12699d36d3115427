using Lstm.Engine.Layers;
using Lstm.Engine.Onnx;

namespace Lstm.Engine;

/// <summary>
/// Whole sequences in one run: a row for every timestep of every sequence. Layers of one timestep run over all rows at once,
/// recurrent ones from timestep to timestep in their direction, the others once over everything.
/// </summary>
internal static class NativeSequenceRun
{
    /// <summary>Runs sequences together.</summary>
    /// <param name="model">The model.</param>
    /// <param name="sequences">Checked sequences, the longest first.</param>
    public static void Run(NativeModel model, Sequence[] sequences)
    {
        var rows = new SequenceRows([.. sequences.Select(static s => s.Length)]);
        var frame = new Frame(model.RowLength, rows.Count);
        for (int n = 0; n < sequences.Length; n++)
        {
            ReadInputs(model, frame, rows, n, sequences[n]);
        }
        foreach (NativePart part in model.Parts)
        {
            if (part.AcrossTime is { } across)
            {
                across.Run(frame, rows);
            }
            else if (part.Recurrence is { } recurrence)
            {
                Carry(part.Layers, recurrence, frame, rows, sequences);
            }
            else
            {
                RunLayers(part.Layers, frame, 0, rows.Count);
            }
        }
        for (int n = 0; n < sequences.Length; n++)
        {
            WriteOutputs(model, frame, rows, n, sequences[n]);
        }
    }

    private static void ReadInputs(NativeModel model, Frame frame, SequenceRows rows, int number, Sequence sequence)
    {
        ReadOnlySpan<float> x = sequence.X.Span;
        for (int t = 0; t < sequence.Length; t++)
        {
            Span<float> row = frame.Row(rows.RowOf(t, number));
            foreach (StepPort input in model.Inputs)
            {
                x[..input.Size].CopyTo(row[input.Offset..]);
                x = x[input.Size..];
            }
        }
    }

    private static void Carry(Layer[] layers, RecurrentPart recurrence, Frame frame, SequenceRows rows, Sequence[] sequences)
    {
        for (int n = 0; n < rows.Longest; n++)
        {
            int t = recurrence.Reverse ? rows.Longest - 1 - n : n;
            int before = recurrence.Reverse ? t + 1 : t - 1;
            int running = rows.RunningAt(t);
            for (int sequence = 0; sequence < running; sequence++)
            {
                Span<float> row = frame.Row(rows.RowOf(t, sequence));
                bool isFirst = before < 0 || before >= rows.LengthOf(sequence);
                ReadOnlySpan<float> previous = isFirst ? default : frame.Row(rows.RowOf(before, sequence));
                foreach (StateSlot slot in recurrence.States)
                {
                    ReadOnlySpan<float> old = isFirst ? sequences[sequence].State.Values.Slice(slot.Offset, slot.Length) : previous.Slice(slot.New, slot.Length);
                    old.CopyTo(row[slot.Old..]);
                }
            }
            RunLayers(layers, frame, rows.RowOf(t, 0), running);
            if (recurrence.Mask is { } mask)
            {
                for (int sequence = 0; sequence < running; sequence++)
                {
                    Mask(mask, recurrence.States, frame.Row(rows.RowOf(t, sequence)), t);
                }
            }
        }
    }

    // From the sequence's stated length on states stay, outputs are zero; a length of 0 leaves zero states, as ONNX Runtime does.
    private static void Mask(LengthMask mask, IReadOnlyList<StateSlot> states, Span<float> row, int t)
    {
        float length = row[mask.Length];
        if (t < length)
        {
            row.Slice(mask.H, mask.Size).CopyTo(row[mask.Y..]);
            return;
        }
        row.Slice(mask.Y, mask.Size).Clear();
        foreach (StateSlot slot in states)
        {
            if (length <= 0)
            {
                row.Slice(slot.New, slot.Length).Clear();
            }
            else
            {
                row.Slice(slot.Old, slot.Length).CopyTo(row[slot.New..]);
            }
        }
    }

    private static void RunLayers(Layer[] layers, Frame frame, int first, int count)
    {
        frame.Backward = !frame.Backward;
        frame.First = first;
        foreach (Layer layer in layers)
        {
            layer.Run(frame, count);
        }
        frame.First = 0;
    }

    private static void WriteOutputs(NativeModel model, Frame frame, SequenceRows rows, int number, Sequence sequence)
    {
        Span<float> y = sequence.Y.Span;
        for (int t = 0; t < sequence.Length; t++)
        {
            ReadOnlySpan<float> row = frame.Row(rows.RowOf(t, number));
            foreach (StepPort output in model.Outputs)
            {
                row.Slice(output.Offset, output.Size).CopyTo(y);
                y = y[output.Size..];
            }
        }
        foreach (StateSlot slot in model.States)
        {
            ReadOnlySpan<float> row = frame.Row(slot.Reverse ? rows.RowOf(0, number) : rows.LastRowOf(number));
            row.Slice(slot.New, slot.Length).CopyTo(sequence.State.Values[slot.Offset..]);
        }
    }
}
