namespace Lstm.Engine.Cells;

/// <summary>Where, in every session's row of the working memory, an LSTM layer finds and leaves its vectors (offsets in floats).</summary>
/// <param name="Joined">[x, h(t−1)], length I + H.</param>
/// <param name="C">c(t−1), [H].</param>
/// <param name="NewC">c(t), [H].</param>
/// <param name="NewH">h(t), [H].</param>
/// <param name="Gates">The gates i f g o, [4, padded H].</param>
internal readonly record struct LstmRow(int Joined, int C, int NewC, int NewH, int Gates);
