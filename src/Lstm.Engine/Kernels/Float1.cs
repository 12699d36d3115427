using System.Runtime.CompilerServices;

namespace Lstm.Engine.Kernels;

/// <summary>One float, where there is no vector: the same operations, one lane at a time.</summary>
internal readonly struct Float1(float value) : IFloatVector<Float1>
{
    private readonly float _value = value;

    public static int Width
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => 1;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float1 Load(ref readonly float origin, int offset) => new(Unsafe.Add(ref Unsafe.AsRef(in origin), offset));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Float1 value, ref float origin, int offset) => Unsafe.Add(ref origin, offset) = value._value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float1 LoadUpperHalves(ref readonly ushort origin, int offset) => new(BitConverter.Int32BitsToSingle(Unsafe.Add(ref Unsafe.AsRef(in origin), offset) << FloatBits.HalfBits));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float1 LoadIntegers(ref readonly sbyte origin, int offset) => new(Unsafe.Add(ref Unsafe.AsRef(in origin), offset));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float1 All(float value) => new(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float1 FusedMultiplyAdd(Float1 a, Float1 b, Float1 c) => new(MathF.FusedMultiplyAdd(a._value, b._value, c._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float1 operator +(Float1 a, Float1 b) => new(a._value + b._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float1 operator -(Float1 a, Float1 b) => new(a._value - b._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float1 operator *(Float1 a, Float1 b) => new(a._value * b._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float1 operator /(Float1 a, Float1 b) => new(a._value / b._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float1 Abs(Float1 a) => new(MathF.Abs(a._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float1 CopySign(Float1 a, Float1 s) => new(MathF.CopySign(a._value, s._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float1 IfLess(Float1 a, Float1 b, Float1 whenTrue, Float1 whenFalse) => a._value < b._value ? whenTrue : whenFalse;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float1 Min(Float1 limit, Float1 a) => new(limit._value < a._value ? limit._value : a._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float1 Max(Float1 limit, Float1 a) => new(limit._value > a._value ? limit._value : a._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float1 ShiftToExponent(Float1 a) =>
        new(BitConverter.Int32BitsToSingle(BitConverter.SingleToInt32Bits(a._value) << FloatBits.MantissaBits));
}
