using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Lstm.Engine.Kernels;

/// <summary>Whether a kernel asks for the weights that it needs next, besides those that it reads.</summary>
internal interface IPrefetch
{
    /// <summary>Asks for a row of a panel.</summary>
    /// <param name="w">The row that is read now.</param>
    /// <param name="ahead">Bytes from there to the row to ask for.</param>
    static abstract void Lines(ref byte w, nint ahead);
}

/// <summary>No: the weights are in a near cache anyway.</summary>
internal readonly struct NoPrefetch : IPrefetch
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Lines(ref byte w, nint ahead)
    {
    }
}

/// <summary>Yes: a row of 64 floats.</summary>
internal readonly struct FourLines : IPrefetch
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Lines(ref byte w, nint ahead)
    {
        TwoLines.Lines(ref w, ahead);
        TwoLines.Lines(ref w, ahead + (2 * OneLine.Bytes));
    }
}

/// <summary>Yes: a row of 64 halves of floats.</summary>
internal readonly struct TwoLines : IPrefetch
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Lines(ref byte w, nint ahead)
    {
        OneLine.Lines(ref w, ahead);
        OneLine.Lines(ref w, ahead + OneLine.Bytes);
    }
}

/// <summary>Yes: a row of 64 bytes, a cache line.</summary>
internal readonly unsafe struct OneLine : IPrefetch
{
    /// <summary>Bytes of a cache line.</summary>
    public const int Bytes = 64;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Lines(ref byte w, nint ahead)
    {
        if (Sse.IsSupported)
        {
            // A hint: an address that moved or lies outside does no harm.
            Sse.Prefetch0((byte*)Unsafe.AsPointer(ref w) + ahead);
        }
    }
}
