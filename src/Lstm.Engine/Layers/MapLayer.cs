namespace Lstm.Engine.Layers;

/// <summary>y = f(x), value by value: functions too rare for a vector form, so on all widths alike.</summary>
/// <param name="Function">f.</param>
/// <param name="X">Offset of x.</param>
/// <param name="Y">Offset of y.</param>
/// <param name="Size">Number of values.</param>
internal sealed record MapLayerSpec(Func<float, float> Function, int X, int Y, int Size) : LayerSpec
{
    /// <inheritdoc/>
    public override Layer Create<V>() => new MapLayer(this);

    private sealed class MapLayer(MapLayerSpec spec) : Layer
    {
        public override void Run(Frame frame, int batch)
        {
            for (int session = 0; session < batch; session++)
            {
                Span<float> row = frame.Row(session);
                for (int n = 0; n < spec.Size; n++)
                {
                    row[spec.Y + n] = spec.Function(row[spec.X + n]);
                }
            }
        }
    }
}
