using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

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
    public static Float256 LoadUpperHalves(ref readonly ushort origin, int offset) =>
        new(Vector256.ShiftLeft(Widen(Vector128.LoadUnsafe(in origin, (nuint)(uint)offset)), FloatBits.HalfBits).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float256 LoadIntegers(ref readonly sbyte origin, int offset) =>
        new(Vector256.ConvertToSingle(Widen(Vector128.CreateScalarUnsafe(Unsafe.ReadUnaligned<long>(in Unsafe.As<sbyte, byte>(ref Unsafe.Add(ref Unsafe.AsRef(in origin), offset)))).AsSByte())));

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
    public static Float256 Min(Float256 limit, Float256 a) => new(Vector256.MinNative(limit._value, a._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float256 Max(Float256 limit, Float256 a) => new(Vector256.MaxNative(limit._value, a._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float256 ShiftToExponent(Float256 a) => new(Vector256.ShiftLeft(a._value.AsInt32(), FloatBits.MantissaBits).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Widen(Vector128<ushort> values) =>
        Avx2.IsSupported ? Avx2.ConvertToVector256Int32(values) : Vector256.Create(Vector128.WidenLower(values), Vector128.WidenUpper(values)).AsInt32();

    // The lower eight.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Widen(Vector128<sbyte> values)
    {
        if (Avx2.IsSupported)
        {
            return Avx2.ConvertToVector256Int32(values);
        }
        Vector128<short> lower = Vector128.WidenLower(values);
        return Vector256.Create(Vector128.WidenLower(lower), Vector128.WidenUpper(lower));
    }
}
