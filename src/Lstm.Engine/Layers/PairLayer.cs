namespace Lstm.Engine.Layers;

/// <summary>y = f(a, b), value by value: functions too rare for a vector form, so on all widths alike.</summary>
/// <param name="Function">f.</param>
/// <param name="A">Offset of a.</param>
/// <param name="B">Offset of b.</param>
/// <param name="Y">Offset of y.</param>
/// <param name="Size">Number of values.</param>
internal sealed record PairLayerSpec(Func<float, float, float> Function, int A, int B, int Y, int Size) : LayerSpec
{
    /// <inheritdoc/>
    public override Layer Create<V>() => new PairLayer(this);

    private sealed class PairLayer(PairLayerSpec spec) : Layer
    {
        public override void Run(Frame frame, int batch)
        {
            for (int session = 0; session < batch; session++)
            {
                Span<float> row = frame.Row(session);
                for (int n = 0; n < spec.Size; n++)
                {
                    row[spec.Y + n] = spec.Function(row[spec.A + n], row[spec.B + n]);
                }
            }
        }
    }
}
