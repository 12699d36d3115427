namespace Lstm.Engine.Layers;

/// <summary>Puts the values of neighbouring timesteps side by side; beyond the ends of the sequence stands padding.</summary>
/// <param name="x">Offset of the values.</param>
/// <param name="size">Number of values per timestep.</param>
/// <param name="y">Offset of the window, [count, size].</param>
/// <param name="first">The window's first timestep, relative to its own.</param>
/// <param name="count">Timesteps of the window.</param>
/// <param name="padding">The padding.</param>
internal sealed class WindowLayer(int x, int size, int y, int first, int count, float padding) : AcrossTimeLayer
{
    /// <inheritdoc/>
    public override void Run(Frame frame, SequenceRows rows)
    {
        for (int sequence = 0; sequence < rows.Sequences; sequence++)
        {
            int length = rows.LengthOf(sequence);
            for (int t = 0; t < length; t++)
            {
                Span<float> window = frame.Row(rows.RowOf(t, sequence)).Slice(y, count * size);
                for (int n = 0; n < count; n++)
                {
                    int from = t + first + n;
                    Span<float> place = window.Slice(n * size, size);
                    if (from >= 0 && from < length)
                    {
                        frame.Row(rows.RowOf(from, sequence)).Slice(x, size).CopyTo(place);
                    }
                    else
                    {
                        place.Fill(padding);
                    }
                }
            }
        }
    }
}
