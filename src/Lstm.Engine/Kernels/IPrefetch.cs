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

/// <summary>Yes: four cache lines, a row of 64 floats.</summary>
internal readonly unsafe struct Prefetch : IPrefetch
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Lines(ref byte w, nint ahead)
    {
        if (Sse.IsSupported)
        {
            // A hint: an address that moved or lies outside does no harm.
            byte* next = (byte*)Unsafe.AsPointer(ref w) + ahead;
            Sse.Prefetch0(next);
            Sse.Prefetch0(next + 64);
            Sse.Prefetch0(next + 128);
            Sse.Prefetch0(next + 192);
        }
    }
}
