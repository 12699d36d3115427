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

    /// <summary>The candidate when the reset gate acts after the product: n = g(Wn·x + bn + r⊙(Rn·h + rbn)).</summary>
    /// <param name="functions">The cell's functions.</param>
    /// <param name="x">Wn·x + bn.</param>
    /// <param name="r">Reset gate.</param>
    /// <param name="h">Rn·h + rbn.</param>
    /// <returns>n.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V CandidateResetAfter(CellFunctions functions, V x, V r, V h) =>
        Activation<V>.Apply(functions.G, functions.Bound(V.FusedMultiplyAdd(r, h, x)));

    /// <summary>The candidate when the reset gate acted before the product: n = g(Wn·x + bn + Rn·(r⊙h) + rbn).</summary>
    /// <param name="functions">The cell's functions.</param>
    /// <param name="x">Wn·x + bn.</param>
    /// <param name="h">Rn·(r⊙h) + rbn.</param>
    /// <returns>n.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V CandidateResetBefore(CellFunctions functions, V x, V h) => Activation<V>.Apply(functions.G, functions.Bound(x + h));

    /// <summary>h(t) = (1 − z)⊙n + z⊙h(t−1).</summary>
    /// <param name="z">Update gate.</param>
    /// <param name="n">Candidate.</param>
    /// <param name="h">h(t−1).</param>
    /// <returns>h(t).</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V HiddenState(V z, V n, V h) => V.FusedMultiplyAdd(z, h, (V.All(1f) - z) * n);
}
