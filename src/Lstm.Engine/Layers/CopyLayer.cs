namespace Lstm.Engine.Layers;

/// <summary>Moves values within a row: what slices, concatenations, transpositions and broadcasts come down to.</summary>
/// <param name="Runs">What is copied, in order.</param>
internal sealed record CopyLayerSpec(IReadOnlyList<CopyRun> Runs) : LayerSpec
{
    /// <inheritdoc/>
    public override Layer Create<V>() => new CopyLayer([.. Runs]);

    private sealed class CopyLayer(CopyRun[] runs) : Layer
    {
        public override void Run(Frame frame, int batch)
        {
            for (int session = 0; session < batch; session++)
            {
                Span<float> row = frame.Row(session);
                foreach (CopyRun run in runs)
                {
                    row.Slice(run.From, run.Length).CopyTo(row[run.To..]);
                }
            }
        }
    }
}

/// <summary>Consecutive values that move together (offsets in the row, in floats).</summary>
/// <param name="From">First value.</param>
/// <param name="To">Where it goes.</param>
/// <param name="Length">Number of values.</param>
internal readonly record struct CopyRun(int From, int To, int Length);
