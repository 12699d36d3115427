using System.Runtime.CompilerServices;
using Lstm.Engine.Kernels;

namespace Lstm.Engine.Cells;

/// <summary>The equations of the LSTM cell (Hochreiter and Schmidhuber 1997; forget gate: Gers et al. 1999), a few units at a time.</summary>
/// <typeparam name="V">The vector.</typeparam>
internal static class LstmCell<V>
    where V : struct, IFloatVector<V>
{
    /// <summary>From the four gate sums Wi·[h,x]+bi, Wf·[h,x]+bf, Wc·[h,x]+bc and Wo·[h,x]+bo and c(t−1) to c(t) and h(t).</summary>
    /// <param name="i">Sum of the input gate.</param>
    /// <param name="f">Sum of the forget gate.</param>
    /// <param name="g">Sum of the candidate.</param>
    /// <param name="o">Sum of the output gate.</param>
    /// <param name="c">In: c(t−1); out: c(t) = f⊙c(t−1) + i⊙g.</param>
    /// <param name="h">Out: h(t) = o⊙tanh(c(t)).</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Advance(V i, V f, V g, V o, ref V c, out V h)
    {
        Gates(ref i, ref f, ref g, ref o);
        c = CellState(f, c, i, g);
        h = HiddenState(o, Activation<V>.Tanh(c));
    }

    /// <summary>From the four gate sums to the gates, which <see cref="Advance"/> needs and who wants to see them.</summary>
    /// <param name="i">In: sum of the input gate; out: i = σ(sum).</param>
    /// <param name="f">In: sum of the forget gate; out: f = σ(sum).</param>
    /// <param name="g">In: sum of the candidate; out: g = c̃ = tanh(sum).</param>
    /// <param name="o">In: sum of the output gate; out: o = σ(sum).</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Gates(ref V i, ref V f, ref V g, ref V o)
    {
        i = Activation<V>.Sigmoid(i);
        f = Activation<V>.Sigmoid(f);
        g = Activation<V>.Tanh(g);
        o = Activation<V>.Sigmoid(o);
    }

    /// <summary>c(t) = f⊙c(t−1) + i⊙c̃(t): what is kept and what is added.</summary>
    /// <param name="f">Forget gate.</param>
    /// <param name="c">c(t−1).</param>
    /// <param name="i">Input gate.</param>
    /// <param name="g">Candidate c̃(t).</param>
    /// <returns>c(t).</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V CellState(V f, V c, V i, V g) => V.FusedMultiplyAdd(f, c, i * g);

    /// <summary>h(t) = o⊙tanh(c(t)): what is shown of the cell.</summary>
    /// <param name="o">Output gate.</param>
    /// <param name="tanhC">tanh(c(t)).</param>
    /// <returns>h(t).</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V HiddenState(V o, V tanhC) => o * tanhC;
}
