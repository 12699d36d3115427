namespace Lstm.OnnxRuntime.Tests.RandomGraphs;

/// <summary>A state that goes through a random graph.</summary>
/// <param name="Input">Its graph input.</param>
/// <param name="Output">The graph output that answers it.</param>
/// <param name="Shape">Its axes, −1 where the batch is.</param>
internal sealed record GraphState(string Input, string Output, int[] Shape)
{
    public long[] ShapeFor(int batch) => [.. Shape.Select(n => n < 0 ? (long)batch : n)];

    public int SizeFor(int batch) => (int)ShapeFor(batch).Aggregate(1L, static (product, n) => product * n);
}
