using Lstm.Engine;
using Microsoft.ML.OnnxRuntime;

namespace Lstm.OnnxRuntime.Backend;

/// <summary>Runs whole sequences, each in one run.</summary>
/// <param name="session">The graph in ONNX Runtime.</param>
/// <param name="plan">The plan.</param>
/// <param name="maxRunTime">The longest time of a run.</param>
internal sealed class WholeRun(InferenceSession session, Plan plan, TimeSpan maxRunTime)
{
    /// <summary>Whether a sequence fits in one run: an input without a time axis has one value for all timesteps.</summary>
    /// <param name="sequence">The sequence.</param>
    /// <returns>False when such an input changes, so that only single steps give each timestep its value.</returns>
    public bool Fits(Sequence sequence)
    {
        var row = sequence.X.Length / sequence.Length;
        foreach (var slot in plan.X.Where(s => plan.Inputs[s.Tensor].Time < 0))
        {
            var first = sequence.X.Span[..row];
            for (var t = 1; t < sequence.Length; t++)
            {
                var other = sequence.X.Span.Slice(t * row, row);
                if (!(IsExact(slot, row) ? Integers(slot, other).SequenceEqual(Integers(slot, first)) : Floats(slot, other).SequenceEqual(Floats(slot, first))))
                    return false;
            }
        }
        return true;
    }

    /// <summary>Runs a sequence.</summary>
    /// <param name="sequence">The sequence, checked.</param>
    /// <exception cref="InputRefusedException">ONNX Runtime refuses the values, or gives another shape than the trial runs.</exception>
    /// <exception cref="RunTooLongException">It took too long.</exception>
    public void Run(Sequence sequence)
    {
        var given = (sequence.State.Row.Context as OrtSessionContext)?.Wrap() ?? [];
        OrtValue[] inputs = [.. plan.Inputs.Select((_, n) => plan.OnceGiven.Contains(n) ? given[plan.OnceGiven.Index().First(g => g.Item == n).Index] : Input(n, sequence))];
        using var options = new RunOptions();
        var clock = new RunClock(options, maxRunTime);
        clock.Begin();
        try
        {
            using var outputs = session.Run(options, [.. plan.Inputs.Select(static i => i.Name)], inputs, [.. plan.Outputs.Select(static o => o.Name)]);
            Write(sequence, [.. outputs.Select((o, n) => OrtValues.Unwrap(o, plan.Outputs[n].Name))]);
        }
        catch (OnnxRuntimeException error) when (clock.IsStopped)
        {
            throw new RunTooLongException(maxRunTime, error);
        }
        catch (OnnxRuntimeException error)
        {
            throw new InputRefusedException($"ONNX Runtime {OrtModel.Version} does not run this sequence: {error.Message.Trim()}", error);
        }
        finally
        {
            clock.End();
            foreach (var input in inputs)
                input.Dispose();
        }
    }

    private OrtValue Input(int n, Sequence sequence)
    {
        var tensor = plan.Inputs[n];
        var shape = tensor.ShapeOf(sequence.Length, 1);
        var buffer = TensorBuffer.Create(tensor.ElementType, checked((int)shape.Aggregate(1L, static (product, length) => product * length)));
        if (plan.States.FirstOrDefault(s => s.Into.Tensor == n) is { } state)
        {
            if (state.IsInteger)
                buffer.Write(Integers(state, sequence.State), tensor.Map(-1, 1), 0);
            else
                buffer.Write(sequence.State.Values.Slice(state.Into.Offset, state.Into.Size), tensor.Map(-1, 1), 0);
        }
        else
        {
            var slot = plan.X.First(s => s.Tensor == n);
            var map = tensor.Map(tensor.Time, sequence.Length);
            var row = sequence.X.Length / sequence.Length;
            for (var t = 0; t < (tensor.Time < 0 ? 1 : sequence.Length); t++)
            {
                var x = sequence.X.Span.Slice(t * row, row);
                if (IsExact(slot, row))
                    buffer.Write(Integers(slot, x), map, t * tensor.Stride(tensor.Time));
                else
                    buffer.Write(Floats(slot, x), map, t * tensor.Stride(tensor.Time));
            }
        }
        return buffer.Wrap(shape);
    }

    private void Write(Sequence sequence, OrtTensor[] outputs)
    {
        float[][] values = [.. outputs.Select(static o => o.Values as float[] ?? Array.ConvertAll(o.ToDoubles(), static v => (float)v))];
        for (var n = 0; n < outputs.Length; n++)
        {
            if (!plan.Outputs[n].IsOpen && !outputs[n].Shape.SequenceEqual(plan.Outputs[n].ShapeOf(sequence.Length, 1)))
                throw new InputRefusedException($"The output '{plan.Outputs[n].Name}' has shape [{string.Join(", ", outputs[n].Shape)}] for {sequence.Length} timesteps; expected [{string.Join(", ", plan.Outputs[n].ShapeOf(sequence.Length, 1))}].");
        }
        sequence.Y.Span.Clear();
        var length = sequence.Y.Length / sequence.Length;
        foreach (var slot in plan.Y)
        {
            var tensor = plan.Outputs[slot.Tensor];
            var map = tensor.Map(tensor.Time, sequence.Length);
            for (var t = tensor.Time < 0 ? sequence.Length - 1 : 0; t < sequence.Length; t++)
            {
                var row = sequence.Y.Span.Slice(t * length, length);
                var shift = tensor.Time < 0 ? 0 : t * tensor.Stride(tensor.Time);
                for (var i = 0; i < map.Length; i++)
                    row[slot.Offset + i] = values[slot.Tensor][map[i] + shift];
                if (IsExact(slot, length))
                    OrtValues.ToIntegers(OrtValues.Pick(outputs[slot.Tensor].Values, map, shift)).CopyTo(IntegerWords.Of(row[slot.Exact..]));
            }
        }
        foreach (var state in plan.States)
        {
            var map = plan.Outputs[state.From.Tensor].Map(-1, 1, state.From.Piece);
            if (state.IsInteger)
            {
                OrtValues.ToIntegers(OrtValues.Pick(outputs[state.From.Tensor].Values, map, 0)).CopyTo(Integers(state, sequence.State));
                continue;
            }
            for (var i = 0; i < map.Length; i++)
                sequence.State.Values[state.From.Offset + i] = values[state.From.Tensor][map[i]];
        }
    }

    private static bool IsExact(Slot slot, int row) => slot.Exact >= 0 && slot.Exact < row;

    private static ReadOnlySpan<float> Floats(Slot slot, ReadOnlySpan<float> row) => row.Slice(slot.Offset, slot.Size);

    private static ReadOnlySpan<long> Integers(Slot slot, ReadOnlySpan<float> row) => IntegerWords.Of(row.Slice(slot.Exact, slot.Size * IntegerWords.PerInteger));

    private static Span<long> Integers(StateSlot state, ModelState values) => IntegerWords.Of(values.Values.Slice(state.Into.Offset, state.Into.Size * IntegerWords.PerInteger));
}
