using Lstm.Engine;

namespace Lstm.Service.Models;

/// <summary>Where a row of x or y has the values of the integer and boolean tensors: exactly behind its floats, or among these where they are small enough.</summary>
internal sealed class IntegerPlaces
{
    // For each: its place among the floats, and that of its first word behind them, −1 for none.
    private readonly (int Float, int Exact)[] _places;

    /// <summary>Finds them.</summary>
    /// <param name="tensors">The inputs or outputs.</param>
    /// <param name="size">Values of all of them.</param>
    public IntegerPlaces(IReadOnlyList<TensorInfo> tensors, int size)
    {
        var places = new List<(int, int)>();
        int offset = 0, exact = size;
        foreach (var tensor in tensors)
        {
            for (int n = 0; n < tensor.Size && tensor.IsInteger; n++)
            {
                places.Add((offset + n, tensor.IsWide ? exact : -1));
                exact += tensor.IsWide ? IntegerWords.PerInteger : 0;
            }

            offset += tensor.Size;
        }

        _places = [.. places];
        FloatCount = size - _places.Length;
    }

    /// <summary>Values of the integer and boolean tensors.</summary>
    public int Count => _places.Length;

    /// <summary>Values of the others.</summary>
    public int FloatCount { get; }

    /// <summary>Reads a value.</summary>
    /// <param name="row">The row, with its exact part.</param>
    /// <param name="n">Which, in the tensors' order.</param>
    /// <returns>The value.</returns>
    public long Read(ReadOnlySpan<float> row, int n) =>
        _places[n].Exact is >= 0 and var exact ? IntegerWords.Of(row.Slice(exact, IntegerWords.PerInteger))[0] : (long)row[_places[n].Float];

    /// <summary>Finds the value that a word of a row belongs to.</summary>
    /// <param name="word">The word.</param>
    /// <returns>Which, or −1 when it is a float's.</returns>
    public int Find(int word) => Array.FindIndex(_places, p => p.Float == word || (p.Exact >= 0 && word >= p.Exact && word < p.Exact + IntegerWords.PerInteger));

    /// <summary>All values of rows.</summary>
    /// <param name="rows">The rows, one after the other.</param>
    /// <param name="words">Words of one.</param>
    /// <returns>A new array, row after row.</returns>
    public long[] ReadAll(ReadOnlySpan<float> rows, int words)
    {
        var values = new long[Count == 0 ? 0 : rows.Length / words * Count];
        for (int i = 0; i < values.Length; i++)
            values[i] = Read(rows.Slice(i / Count * words, words), i % Count);
        return values;
    }
}
