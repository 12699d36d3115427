using Lstm.Engine;
using Lstm.Service.Models;

namespace Lstm.Service.Predictions;

/// <summary>What a whole sequence gave.</summary>
/// <param name="Length">T.</param>
/// <param name="Outputs">[T, …shape], or […shape] where an output belongs to the last timestep alone.</param>
/// <param name="State">[state_size] after the last timestep when it was asked for, else empty.</param>
internal sealed record PredictResult(int Length, IReadOnlyList<NamedValues> Outputs, float[] State)
{
    /// <summary>When the state was asked for: what the sequence was given once, where that is no part of the state itself.</summary>
    public IReadOnlyList<SessionInput> Kept { get; init; } = [];

    /// <summary>Takes the outputs of a finished run apart.</summary>
    /// <param name="served">The model.</param>
    /// <param name="done">The sequence, run.</param>
    /// <param name="wantState">Whether the state is wanted.</param>
    /// <returns>The result.</returns>
    public static PredictResult From(ServedModel served, Sequence done, bool wantState)
    {
        var info = served.Model.Info;
        var outputs = new NamedValues[info.Outputs.Count];
        int offset = 0, integer = 0;
        for (int i = 0; i < outputs.Length; i++)
        {
            var output = info.Outputs[i];
            outputs[i] = output.EveryStep
                ? new(output.Name, [done.Length, .. output.Shape], Column(done, info.OutputWords, offset, output.Size))
                : new(output.Name, [.. output.Shape], done.Y.Slice((done.Length - 1) * info.OutputWords + offset, output.Size));
            if (output.IsInteger)
            {
                outputs[i] = outputs[i] with { Integers = Integers(done, served, integer, output) };
                integer += output.Size;
            }

            offset += output.Size;
        }

        float[] state = wantState ? new float[info.StateSize] : [];
        if (wantState)
            done.State.CopyTo(state);
        return new(done.Length, outputs, state) { Kept = wantState ? done.State.Inputs : [] };
    }

    private static long[] Integers(Sequence done, ServedModel served, int first, TensorInfo output)
    {
        int start = output.EveryStep ? 0 : done.Length - 1;
        var values = new long[(done.Length - start) * output.Size];
        for (int i = 0; i < values.Length; i++)
            values[i] = served.OutputIntegers.Read(done.Y.Span[((start + i / output.Size) * served.OutputWords)..], first + i % output.Size);
        return values;
    }

    private static ReadOnlyMemory<float> Column(Sequence done, int rowLength, int offset, int size)
    {
        if (size == rowLength)
            return done.Y;
        var values = new float[done.Length * size];
        for (int t = 0; t < done.Length; t++)
            done.Y.Span.Slice(t * rowLength + offset, size).CopyTo(values.AsSpan(t * size));
        return values;
    }
}
