using Lstm.Engine.Kernels;

namespace Lstm.Engine.Layers;

/// <summary>y = f(x), elementwise.</summary>
/// <param name="Curve">f.</param>
/// <param name="X">Offset of x.</param>
/// <param name="Y">Offset of y.</param>
/// <param name="Size">Number of values.</param>
internal sealed record CurveLayerSpec(Curve Curve, int X, int Y, int Size) : LayerSpec
{
    /// <inheritdoc/>
    public override Layer Create<V>() => new CurveLayer<V>(this);

    private sealed class CurveLayer<V>(CurveLayerSpec spec) : Layer
        where V : struct, IFloatVector<V>
    {
        public override void Run(Frame frame, int batch)
        {
            for (int session = 0; session < batch; session++)
            {
                ref float row = ref frame.StartOf(session);
                for (int n = 0; n < spec.Size; n += V.Width)
                {
                    V.Store(Activation<V>.Apply(spec.Curve, V.Load(ref row, spec.X + n)), ref row, spec.Y + n);
                }
            }
        }
    }
}
