using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Lstm.Engine.Kernels;

/// <summary>8 floats in a 256-bit vector.</summary>
internal readonly struct Float256(Vector256<float> value) : IFloatVector<Float256>
{
    private readonly Vector256<float> _value = value;

    public static int Width
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => 8;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float256 Load(ref readonly float origin, int offset) =>
        new(Vector256.LoadUnsafe(in origin, (nuint)(uint)offset));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Float256 value, ref float origin, int offset) =>
        value._value.StoreUnsafe(ref origin, (nuint)(uint)offset);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float256 All(float value) => new(Vector256.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float256 FusedMultiplyAdd(Float256 a, Float256 b, Float256 c) =>
        new(Vector256.FusedMultiplyAdd(a._value, b._value, c._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float256 operator +(Float256 a, Float256 b) => new(a._value + b._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float256 operator -(Float256 a, Float256 b) => new(a._value - b._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float256 operator *(Float256 a, Float256 b) => new(a._value * b._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float256 operator /(Float256 a, Float256 b) => new(a._value / b._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float256 Abs(Float256 a) => new(Vector256.Abs(a._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float256 CopySign(Float256 a, Float256 s) => new(Vector256.CopySign(a._value, s._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float256 IfLess(Float256 a, Float256 b, Float256 whenTrue, Float256 whenFalse) =>
        new(Vector256.ConditionalSelect(Vector256.LessThan(a._value, b._value), whenTrue._value, whenFalse._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float256 PowerOfTwo(Float256 n) =>
        new(Vector256.ShiftLeft((n._value + Vector256.Create(FloatBits.ExponentBias)).AsInt32(), FloatBits.MantissaBits).AsSingle());
}
