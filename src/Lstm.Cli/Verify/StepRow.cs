using Lstm.Engine;

namespace Lstm.Cli.Verify;

/// <summary>Rows of a step with whole numbers as they are: floats would round what lies beyond 2^24.</summary>
internal static class StepRow
{
    /// <summary>x(t) as the engine takes it, [input_words].</summary>
    /// <param name="info">The model.</param>
    /// <param name="values">For each of its inputs, in its order, the values of the step.</param>
    public static float[] Pack(ModelInfo info, IReadOnlyList<double[]> values)
    {
        var row = new float[info.InputWords];
        var (offset, wide) = (0, info.InputSize);
        foreach (var (i, input) in info.Inputs.Index())
        {
            for (var n = 0; n < input.Size; n++)
                row[offset + n] = (float)values[i][n];
            if (input.IsWide)
            {
                var integers = IntegerWords.Of(row.AsSpan(wide, input.Size * IntegerWords.PerInteger));
                for (var n = 0; n < input.Size; n++)
                    integers[n] = (long)values[i][n];
                wide += input.Size * IntegerWords.PerInteger;
            }
            offset += input.Size;
        }
        return row;
    }

    /// <summary>The outputs of y(t), [output_words], each with its values.</summary>
    public static IEnumerable<(TensorInfo Output, double[] Values)> Unpack(ModelInfo info, ReadOnlyMemory<float> row)
    {
        var (offset, wide) = (0, info.OutputSize);
        foreach (var output in info.Outputs)
        {
            var words = output.IsWide ? output.Size * IntegerWords.PerInteger : 0;
            yield return (output, words > 0
                ? [.. IntegerWords.Of(row.Span.Slice(wide, words)).ToArray().Select(static v => (double)v)]
                : [.. row.Span.Slice(offset, output.Size).ToArray().Select(static v => (double)v)]);
            offset += output.Size;
            wide += words;
        }
    }
}
