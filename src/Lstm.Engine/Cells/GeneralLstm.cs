using Lstm.Engine.Kernels;

namespace Lstm.Engine.Cells;

/// <summary>What an LSTM may have beyond the textbook's: other functions, a clip, coupled gates, peepholes.</summary>
/// <param name="Functions">The functions and the clip.</param>
/// <param name="Coupled">input_forget: f = 1 − i.</param>
/// <param name="PeepholeI">Pi, [H] padded, or null.</param>
/// <param name="PeepholeF">Pf, [H] padded, or null.</param>
/// <param name="PeepholeO">Po, [H] padded, or null.</param>
internal sealed record GeneralLstm(CellFunctions Functions, bool Coupled, AlignedBuffer? PeepholeI, AlignedBuffer? PeepholeF, AlignedBuffer? PeepholeO)
{
    /// <summary>Whether it is the textbook's after all.</summary>
    public bool IsStandard => Functions == CellFunctions.Standard && !Coupled && PeepholeI is null;

    /// <summary>
    /// As <see cref="LstmCell{V}.Advance"/>: i = f(Si + Pi⊙c), f = f(Sf + Pf⊙c) or 1 − i, g = g(Sg), c(t) = f⊙c + i⊙g,
    /// o = f(So + Po⊙c(t)), h(t) = o⊙h(c(t)); every sum bounded by the clip (Gers and Schmidhuber 2000 for the peepholes).
    /// </summary>
    /// <typeparam name="V">The vector.</typeparam>
    /// <param name="unit">The first unit, for its peepholes.</param>
    /// <param name="i">In: sum; out: input gate.</param>
    /// <param name="f">In: sum; out: forget gate.</param>
    /// <param name="g">In: sum; out: candidate.</param>
    /// <param name="o">In: sum; out: output gate.</param>
    /// <param name="c">In: c(t−1); out: c(t).</param>
    /// <param name="h">Out: h(t).</param>
    public void Advance<V>(int unit, ref V i, ref V f, ref V g, ref V o, ref V c, out V h)
        where V : struct, IFloatVector<V>
    {
        i = Activation<V>.Apply(Functions.F, Functions.Bound(Peep(PeepholeI, unit, c, i)));
        f = Coupled ? V.All(1f) - i : Activation<V>.Apply(Functions.F, Functions.Bound(Peep(PeepholeF, unit, c, f)));
        g = Activation<V>.Apply(Functions.G, Functions.Bound(g));
        c = LstmCell<V>.CellState(f, c, i, g);
        o = Activation<V>.Apply(Functions.F, Functions.Bound(Peep(PeepholeO, unit, c, o)));
        h = LstmCell<V>.HiddenState(o, Activation<V>.Apply(Functions.H, c));
    }

    private static V Peep<V>(AlignedBuffer? peephole, int unit, V c, V sum)
        where V : struct, IFloatVector<V> =>
        peephole is null ? sum : V.FusedMultiplyAdd(V.Load(ref peephole.Start, unit), c, sum);
}
