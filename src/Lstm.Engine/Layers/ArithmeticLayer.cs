using System.Runtime.CompilerServices;
using Lstm.Engine.Kernels;

namespace Lstm.Engine.Layers;

/// <summary>y = a ∘ b, elementwise, both of y's size; b may be a constant.</summary>
/// <param name="Operation">∘.</param>
/// <param name="A">Offset of a.</param>
/// <param name="B">Offset of b; unused when <paramref name="Constant"/> is given.</param>
/// <param name="Y">Offset of y.</param>
/// <param name="Size">Number of values.</param>
/// <param name="Constant">b when it is constant, padded to whole vectors.</param>
/// <param name="ConstantFirst">True for b ∘ a.</param>
internal sealed record ArithmeticLayerSpec(ArithmeticOperation Operation, int A, int B, int Y, int Size, AlignedBuffer? Constant, bool ConstantFirst) : LayerSpec
{
    /// <inheritdoc/>
    public override Layer Create<V>() => new ArithmeticLayer<V>(this);

    private sealed class ArithmeticLayer<V>(ArithmeticLayerSpec spec) : Layer
        where V : struct, IFloatVector<V>
    {
        public override void Run(Frame frame, int batch)
        {
            for (int session = 0; session < batch; session++)
            {
                ref float row = ref frame.StartOf(session);
                ref float a = ref Unsafe.Add(ref row, spec.A);
                ref float b = ref spec.Constant is { } constant ? ref constant.Start : ref Unsafe.Add(ref row, spec.B);
                ref float y = ref Unsafe.Add(ref row, spec.Y);
                if (spec.ConstantFirst)
                {
                    Apply(spec.Operation, ref b, ref a, ref y, spec.Size);
                }
                else
                {
                    Apply(spec.Operation, ref a, ref b, ref y, spec.Size);
                }
            }
        }

        private static void Apply(ArithmeticOperation operation, ref float a, ref float b, ref float y, int size)
        {
            for (int n = 0; n < size; n += V.Width)
            {
                V left = V.Load(ref a, n);
                V right = V.Load(ref b, n);
                V.Store(
                    operation switch
                    {
                        ArithmeticOperation.Add => left + right,
                        ArithmeticOperation.Subtract => left - right,
                        ArithmeticOperation.Multiply => left * right,
                        _ => left / right,
                    },
                    ref y,
                    n);
            }
        }
    }
}
