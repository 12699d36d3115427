using System.Runtime.CompilerServices;
using Lstm.Engine.Kernels;

namespace Lstm.Engine.Cells;

/// <summary>The functions of a cell: those of its gates, its candidate and its output, and the bound of their arguments.</summary>
/// <param name="F">Of the gates: LSTM i f o, GRU r z; of an RNN the only one.</param>
/// <param name="G">Of the candidate: LSTM g, GRU n.</param>
/// <param name="H">Of the cell state on its way out: LSTM.</param>
/// <param name="Clip">Gate sums are bounded to ±clip; infinity for no bound.</param>
internal sealed record CellFunctions(Curve F, Curve G, Curve H, float Clip = float.PositiveInfinity)
{
    /// <summary>σ, tanh, tanh, unbounded.</summary>
    public static CellFunctions Standard { get; } = new(Curve.Sigmoid, Curve.Tanh, Curve.Tanh);

    /// <summary>A sum within ±clip.</summary>
    /// <typeparam name="V">The vector.</typeparam>
    /// <param name="sum">The sum.</param>
    /// <returns>The sum, bounded; NaN stays NaN.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Bound<V>(V sum)
        where V : struct, IFloatVector<V>
    {
        V most = V.All(Clip);
        V least = V.All(-Clip);
        sum = V.IfLess(most, sum, most, sum);
        return V.IfLess(sum, least, least, sum);
    }
}
