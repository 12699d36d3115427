namespace Lstm.Engine.Kernels;

/// <summary>
/// A few floats side by side. Every member does the same IEEE operation in every lane on every width, so code written
/// against it gives the same bits whatever the width. There is no sum across lanes, on purpose.
/// </summary>
/// <typeparam name="TSelf">The vector itself.</typeparam>
internal interface IFloatVector<TSelf>
    where TSelf : struct, IFloatVector<TSelf>
{
    /// <summary>Number of lanes: 1, 4, 8 or 16.</summary>
    static abstract int Width { get; }

    /// <summary>Reads <see cref="Width"/> floats, <paramref name="offset"/> floats after <paramref name="origin"/>.</summary>
    static abstract TSelf Load(ref readonly float origin, int offset);

    /// <summary>Writes <see cref="Width"/> floats, <paramref name="offset"/> floats after <paramref name="origin"/>.</summary>
    static abstract void Store(TSelf value, ref float origin, int offset);

    /// <summary>Reads <see cref="Width"/> bfloat16 values, the upper halves of floats.</summary>
    static abstract TSelf LoadUpperHalves(ref readonly ushort origin, int offset);

    /// <summary>Reads <see cref="Width"/> whole numbers of 8 bits and converts them, exactly.</summary>
    static abstract TSelf LoadIntegers(ref readonly sbyte origin, int offset);

    /// <summary>The same value in every lane.</summary>
    static abstract TSelf All(float value);

    /// <summary>a·b + c with one rounding.</summary>
    static abstract TSelf FusedMultiplyAdd(TSelf a, TSelf b, TSelf c);

    /// <summary>a + b.</summary>
    static abstract TSelf operator +(TSelf a, TSelf b);

    /// <summary>a − b.</summary>
    static abstract TSelf operator -(TSelf a, TSelf b);

    /// <summary>a·b.</summary>
    static abstract TSelf operator *(TSelf a, TSelf b);

    /// <summary>a ÷ b, correctly rounded.</summary>
    static abstract TSelf operator /(TSelf a, TSelf b);

    /// <summary>|a|.</summary>
    static abstract TSelf Abs(TSelf a);

    /// <summary>The magnitude of a with the sign of s.</summary>
    static abstract TSelf CopySign(TSelf a, TSelf s);

    /// <summary>whenTrue where a &lt; b, otherwise whenFalse, also where a or b is NaN.</summary>
    static abstract TSelf IfLess(TSelf a, TSelf b, TSelf whenTrue, TSelf whenFalse);

    /// <summary>The smaller of a limit, which is neither zero nor NaN, and a; NaN where a is NaN.</summary>
    static abstract TSelf Min(TSelf limit, TSelf a);

    /// <summary>The larger of a limit, which is neither zero nor NaN, and a; NaN where a is NaN.</summary>
    static abstract TSelf Max(TSelf limit, TSelf a);

    /// <summary>The lowest 9 bits of a as sign and exponent of a power of two: 2^n for a = <see cref="FloatBits.RoundToExponent"/> + n, n in −126 … 127.</summary>
    static abstract TSelf ShiftToExponent(TSelf a);
}
