namespace Lstm.Engine.Kernels;

/// <summary>A vector of every session's row, or two that are multiplied as if they stood side by side: the textbook's [x, h]. Offsets in floats.</summary>
/// <param name="First">Offset of the first vector.</param>
/// <param name="FirstLength">Its length.</param>
/// <param name="Second">Offset of the second vector.</param>
/// <param name="SecondLength">Its length; 0 for none.</param>
internal readonly record struct Operand(int First, int FirstLength, int Second = 0, int SecondLength = 0)
{
    /// <summary>Length of both together.</summary>
    public int Length => FirstLength + SecondLength;

    /// <summary>The second vector alone.</summary>
    public Operand Rest => new(Second, SecondLength);

    /// <summary>A stretch of it.</summary>
    /// <param name="start">Where it begins, less than <see cref="Length"/>.</param>
    /// <param name="length">Its length.</param>
    /// <returns>The stretch.</returns>
    public Operand Slice(int start, int length)
    {
        if (start >= FirstLength)
        {
            return new Operand(Second + start - FirstLength, length);
        }
        int first = Math.Min(length, FirstLength - start);
        return new Operand(First + start, first, Second, length - first);
    }
}
