using System.Runtime.CompilerServices;

namespace Lstm.Engine.Kernels;

/// <summary>Weights as float32.</summary>
/// <typeparam name="V">The vector.</typeparam>
internal readonly struct FloatWeights<V> : IWeights<V>
    where V : struct, IFloatVector<V>
{
    public static int Bytes
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => sizeof(float);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Load(ref byte origin, int offset) => V.Load(ref Unsafe.As<byte, float>(ref origin), offset);
}
