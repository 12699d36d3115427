using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Lstm.Engine.Kernels;

/// <summary>16 floats in a 512-bit vector.</summary>
internal readonly struct Float512(Vector512<float> value) : IFloatVector<Float512>
{
    private readonly Vector512<float> _value = value;

    public static int Width
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => 16;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float512 Load(ref readonly float origin, int offset) =>
        new(Vector512.LoadUnsafe(in origin, (nuint)(uint)offset));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Float512 value, ref float origin, int offset) =>
        value._value.StoreUnsafe(ref origin, (nuint)(uint)offset);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float512 LoadUpperHalves(ref readonly ushort origin, int offset) =>
        new(Vector512.ShiftLeft(Widen(Vector256.LoadUnsafe(in origin, (nuint)(uint)offset)), FloatBits.HalfBits).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float512 LoadIntegers(ref readonly sbyte origin, int offset) =>
        new(Vector512.ConvertToSingle(Widen(Vector128.LoadUnsafe(in origin, (nuint)(uint)offset))));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float512 All(float value) => new(Vector512.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float512 FusedMultiplyAdd(Float512 a, Float512 b, Float512 c) =>
        new(Vector512.FusedMultiplyAdd(a._value, b._value, c._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float512 operator +(Float512 a, Float512 b) => new(a._value + b._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float512 operator -(Float512 a, Float512 b) => new(a._value - b._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float512 operator *(Float512 a, Float512 b) => new(a._value * b._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float512 operator /(Float512 a, Float512 b) => new(a._value / b._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float512 Abs(Float512 a) => new(Vector512.Abs(a._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float512 CopySign(Float512 a, Float512 s) => new(Vector512.CopySign(a._value, s._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float512 IfLess(Float512 a, Float512 b, Float512 whenTrue, Float512 whenFalse) =>
        new(Vector512.ConditionalSelect(Vector512.LessThan(a._value, b._value), whenTrue._value, whenFalse._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float512 Min(Float512 limit, Float512 a) => new(Vector512.MinNative(limit._value, a._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float512 Max(Float512 limit, Float512 a) => new(Vector512.MaxNative(limit._value, a._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float512 ShiftToExponent(Float512 a) => new(Vector512.ShiftLeft(a._value.AsInt32(), FloatBits.MantissaBits).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<int> Widen(Vector256<ushort> values) =>
        Avx512F.IsSupported ? Avx512F.ConvertToVector512Int32(values) : Vector512.Create(Vector256.WidenLower(values), Vector256.WidenUpper(values)).AsInt32();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<int> Widen(Vector128<sbyte> values)
    {
        if (Avx512F.IsSupported)
        {
            return Avx512F.ConvertToVector512Int32(values);
        }
        (Vector128<short> lower, Vector128<short> upper) = Vector128.Widen(values);
        return Vector512.Create(
            Vector256.Create(Vector128.WidenLower(lower), Vector128.WidenUpper(lower)), Vector256.Create(Vector128.WidenLower(upper), Vector128.WidenUpper(upper)));
    }
}
