using System.Runtime.CompilerServices;

namespace Lstm.Engine.Kernels;

/// <summary>Weights as bfloat16: the upper halves of floats.</summary>
/// <typeparam name="V">The vector.</typeparam>
internal readonly struct BFloat16Weights<V> : IWeights<V>
    where V : struct, IFloatVector<V>
{
    public static int Bytes
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => sizeof(ushort);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Load(ref byte origin, int offset) => V.LoadUpperHalves(ref Unsafe.As<byte, ushort>(ref origin), offset);
}
