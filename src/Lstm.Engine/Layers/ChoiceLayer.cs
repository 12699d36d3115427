namespace Lstm.Engine.Layers;

/// <summary>y = a where the condition is not 0, b elsewhere, value by value.</summary>
/// <param name="Condition">Offset of the condition.</param>
/// <param name="A">Offset of a.</param>
/// <param name="B">Offset of b.</param>
/// <param name="Y">Offset of y.</param>
/// <param name="Size">Number of values.</param>
internal sealed record ChoiceLayerSpec(int Condition, int A, int B, int Y, int Size) : LayerSpec
{
    /// <inheritdoc/>
    public override Layer Create<V>() => new ChoiceLayer(this);

    private sealed class ChoiceLayer(ChoiceLayerSpec spec) : Layer
    {
        public override void Run(Frame frame, int batch)
        {
            for (int session = 0; session < batch; session++)
            {
                Span<float> row = frame.Row(session);
                for (int n = 0; n < spec.Size; n++)
                {
                    row[spec.Y + n] = row[spec.Condition + n] != 0f ? row[spec.A + n] : row[spec.B + n];
                }
            }
        }
    }
}
