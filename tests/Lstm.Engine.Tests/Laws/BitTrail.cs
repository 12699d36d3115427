using System.Numerics;
using System.Runtime.InteropServices;

namespace Lstm.Engine.Tests.Laws;

/// <summary>A 64-bit hash of all bits of all floats that went by, in their order. Each round is one-to-one, so that one different bit never gets lost.</summary>
internal struct BitTrail
{
    private ulong _hash;

    /// <summary>The hash so far.</summary>
    public readonly ulong Value => _hash;

    /// <summary>Takes floats in.</summary>
    /// <param name="values">The floats.</param>
    public void Take(ReadOnlySpan<float> values)
    {
        ulong hash = _hash;
        foreach (ulong pair in MemoryMarshal.Cast<float, ulong>(values))
        {
            hash = Mix(hash, pair);
        }
        if (values.Length % 2 != 0)
        {
            hash = Mix(hash, BitConverter.SingleToUInt32Bits(values[^1]));
        }
        _hash = hash;
    }

    private static ulong Mix(ulong hash, ulong word) => BitOperations.RotateLeft((hash ^ word) * 0x9E37_79B9_7F4A_7C15, 29);
}
