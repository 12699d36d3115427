namespace Lstm.Engine.Cells;

/// <summary>Where, in every session's row of the working memory, an LSTM layer finds and leaves its vectors (offsets in floats).</summary>
/// <param name="X">x(t), [I].</param>
/// <param name="H">h(t−1), [H].</param>
/// <param name="C">c(t−1), [H].</param>
/// <param name="NewH">h(t), [H].</param>
/// <param name="NewC">c(t), [H].</param>
/// <param name="Gates">The gates i f g o where they are shown, each [H] padded.</param>
internal readonly record struct LstmRow(int X, int H, int C, int NewH, int NewC, int Gates);
