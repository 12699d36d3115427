namespace Lstm.Engine.Layers;

/// <summary>Looks rows of a constant table up by number.</summary>
/// <param name="Table">[Count, Width], row-major.</param>
/// <param name="Count">Rows of the table.</param>
/// <param name="Width">Values in a row.</param>
/// <param name="Index">Offset of the row numbers, whole numbers in −Count … Count − 1 (checked before the step runs).</param>
/// <param name="Indices">How many row numbers.</param>
/// <param name="Y">Offset of the result, [Indices, Width].</param>
internal sealed record EmbeddingLayerSpec(float[] Table, int Count, int Width, int Index, int Indices, int Y) : LayerSpec
{
    /// <inheritdoc/>
    public override Layer Create<V>() => new EmbeddingLayer(this);

    private sealed class EmbeddingLayer(EmbeddingLayerSpec spec) : Layer
    {
        public override void Run(Frame frame, int batch)
        {
            for (int session = 0; session < batch; session++)
            {
                Span<float> row = frame.Row(session);
                for (int n = 0; n < spec.Indices; n++)
                {
                    int index = (int)row[spec.Index + n];
                    index = index < 0 ? index + spec.Count : index;
                    spec.Table.AsSpan(index * spec.Width, spec.Width).CopyTo(row[(spec.Y + (n * spec.Width))..]);
                }
            }
        }
    }
}
