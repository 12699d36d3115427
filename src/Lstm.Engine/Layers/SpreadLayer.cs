namespace Lstm.Engine.Layers;

/// <summary>Copies values of one timestep, the first or the last, to one or to all timesteps of the sequence.</summary>
/// <param name="x">Offset of the values.</param>
/// <param name="y">Where they go.</param>
/// <param name="size">Number of values.</param>
/// <param name="fromFirst">True: from the first timestep to the last. False: from the last timestep to every one.</param>
internal sealed class SpreadLayer(int x, int y, int size, bool fromFirst) : AcrossTimeLayer
{
    /// <inheritdoc/>
    public override void Run(Frame frame, SequenceRows rows)
    {
        for (int sequence = 0; sequence < rows.Sequences; sequence++)
        {
            int last = rows.LastRowOf(sequence);
            ReadOnlySpan<float> source = frame.Row(fromFirst ? rows.RowOf(0, sequence) : last).Slice(x, size);
            if (fromFirst)
            {
                source.CopyTo(frame.Row(last)[y..]);
                continue;
            }
            for (int t = 0; t < rows.LengthOf(sequence); t++)
            {
                source.CopyTo(frame.Row(rows.RowOf(t, sequence))[y..]);
            }
        }
    }
}
