using System.Runtime.CompilerServices;

namespace Lstm.Engine.Kernels;

/// <summary>Weights as whole numbers of 8 bits, without their scales.</summary>
/// <typeparam name="V">The vector.</typeparam>
internal readonly struct Int8Weights<V> : IWeights<V>
    where V : struct, IFloatVector<V>
{
    public static int Bytes
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => sizeof(sbyte);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Load(ref byte origin, int offset) => V.LoadIntegers(ref Unsafe.As<byte, sbyte>(ref origin), offset);
}
