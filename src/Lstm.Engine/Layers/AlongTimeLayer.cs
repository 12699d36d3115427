namespace Lstm.Engine.Layers;

/// <summary>Applies a function to each value's course over the sequence, e.g. a softmax over time.</summary>
/// <param name="function">From the values of all timesteps to as many results.</param>
/// <param name="x">Offset of the values.</param>
/// <param name="y">Where the results go.</param>
/// <param name="size">Number of values per timestep.</param>
internal sealed class AlongTimeLayer(GroupFunction function, int x, int y, int size) : AcrossTimeLayer
{
    /// <inheritdoc/>
    public override void Run(Frame frame, SequenceRows rows)
    {
        float[] course = new float[rows.Longest];
        for (int sequence = 0; sequence < rows.Sequences; sequence++)
        {
            Span<float> values = course.AsSpan(0, rows.LengthOf(sequence));
            for (int n = 0; n < size; n++)
            {
                for (int t = 0; t < values.Length; t++)
                {
                    values[t] = frame.Row(rows.RowOf(t, sequence))[x + n];
                }
                function(values);
                for (int t = 0; t < values.Length; t++)
                {
                    frame.Row(rows.RowOf(t, sequence))[y + n] = values[t];
                }
            }
        }
    }
}
