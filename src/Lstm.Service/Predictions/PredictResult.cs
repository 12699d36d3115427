using Lstm.Engine;

namespace Lstm.Service.Predictions;

/// <summary>What a whole sequence gave.</summary>
/// <param name="Length">T.</param>
/// <param name="Outputs">[T, …shape], or […shape] where an output belongs to the last timestep alone.</param>
/// <param name="State">[state_size] after the last timestep when it was asked for, else empty.</param>
internal sealed record PredictResult(int Length, IReadOnlyList<NamedValues> Outputs, float[] State)
{
    /// <summary>Takes the outputs of a finished run apart.</summary>
    /// <param name="info">The model.</param>
    /// <param name="done">The sequence, run.</param>
    /// <param name="wantState">Whether the state is wanted.</param>
    /// <returns>The result.</returns>
    public static PredictResult From(ModelInfo info, Sequence done, bool wantState)
    {
        var outputs = new NamedValues[info.Outputs.Count];
        int offset = 0;
        for (int i = 0; i < outputs.Length; i++)
        {
            var output = info.Outputs[i];
            outputs[i] = output.EveryStep
                ? new(output.Name, [done.Length, .. output.Shape], Column(done, info.OutputSize, offset, output.Size))
                : new(output.Name, [.. output.Shape], done.Y.Slice((done.Length - 1) * info.OutputSize + offset, output.Size));
            offset += output.Size;
        }

        float[] state = wantState ? new float[info.StateSize] : [];
        if (wantState)
            done.State.CopyTo(state);
        return new(done.Length, outputs, state);
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
