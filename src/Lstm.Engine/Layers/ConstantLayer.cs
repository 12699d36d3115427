namespace Lstm.Engine.Layers;

/// <summary>Writes constants into a row, where a graph mixes them with values of the step.</summary>
/// <param name="To">Offset of the first value.</param>
/// <param name="Values">The values.</param>
internal sealed record ConstantLayerSpec(int To, float[] Values) : LayerSpec
{
    /// <inheritdoc/>
    public override Layer Create<V>() => new ConstantLayer(To, Values);

    private sealed class ConstantLayer(int to, float[] values) : Layer
    {
        public override void Run(Frame frame, int batch)
        {
            for (int session = 0; session < batch; session++)
            {
                values.CopyTo(frame.Row(session)[to..]);
            }
        }
    }
}
