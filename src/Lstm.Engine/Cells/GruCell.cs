using System.Runtime.CompilerServices;
using Lstm.Engine.Kernels;

namespace Lstm.Engine.Cells;

/// <summary>The equations of the GRU cell (Cho et al. 2014; reset after the product: v3 of the same paper, cuDNN, PyTorch).</summary>
/// <typeparam name="V">The vector.</typeparam>
internal static class GruCell<V>
    where V : struct, IFloatVector<V>
{
    /// <summary>A gate from its sum: f(sum).</summary>
    /// <param name="functions">The cell's functions.</param>
    /// <param name="sum">W·x + R·h + both biases.</param>
    /// <returns>r or z.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Gate(CellFunctions functions, V sum) => Activation<V>.Apply(functions.F, functions.Bound(sum));

    /// <summary>The candidate's sum when the reset gate acts after the product: Wn·x + bn + r⊙(Rn·h + rbn).</summary>
    /// <param name="x">Wn·x + bn.</param>
    /// <param name="r">Reset gate.</param>
    /// <param name="h">Rn·h + rbn.</param>
    /// <returns>The sum.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V CandidateSum(V x, V r, V h) => V.FusedMultiplyAdd(r, h, x);

    /// <summary>The candidate: n = g(sum). When the reset gate acts before the product, the sum is Wn·x + bn + Rn·(r⊙h) + rbn.</summary>
    /// <param name="functions">The cell's functions.</param>
    /// <param name="sum">The sum.</param>
    /// <returns>n.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Candidate(CellFunctions functions, V sum) => Activation<V>.Apply(functions.G, functions.Bound(sum));

    /// <summary>h(t) = (1 − z)⊙n + z⊙h(t−1).</summary>
    /// <param name="z">Update gate.</param>
    /// <param name="n">Candidate.</param>
    /// <param name="h">h(t−1).</param>
    /// <returns>h(t).</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V HiddenState(V z, V n, V h) => V.FusedMultiplyAdd(z, h, (V.All(1f) - z) * n);
}
