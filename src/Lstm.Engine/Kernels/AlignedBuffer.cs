using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Lstm.Engine.Kernels;

/// <summary>Floats that begin on a cache line, zero at first. Pinned managed memory: freed by the collector, never moved.</summary>
internal sealed class AlignedBuffer
{
    private const int CacheLineBytes = 64;

    private readonly float[] _array;
    private readonly int _start;

    /// <summary>Reserves <paramref name="length"/> floats.</summary>
    /// <param name="length">Floats.</param>
    public AlignedBuffer(int length)
    {
        _array = GC.AllocateArray<float>(length + (CacheLineBytes / sizeof(float)), pinned: true);
        nint address = Marshal.UnsafeAddrOfPinnedArrayElement(_array, 0);
        _start = (int)((CacheLineBytes - (address & (CacheLineBytes - 1))) & (CacheLineBytes - 1)) / sizeof(float);
        Length = length;
    }

    /// <summary>Floats.</summary>
    public int Length { get; }

    /// <summary>All of it.</summary>
    public Span<float> Span => _array.AsSpan(_start, Length);

    /// <summary>The first float, aligned to a cache line.</summary>
    public ref float Start
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_array), _start);
    }
}
