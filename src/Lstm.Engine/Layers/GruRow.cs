namespace Lstm.Engine.Layers;

/// <summary>Where a GRU layer finds and leaves its vectors in a row (offsets in floats).</summary>
/// <param name="X">x(t), [I].</param>
/// <param name="H">h(t−1), [H].</param>
/// <param name="Gates">r, z and n where they are shown, each [H] padded.</param>
/// <param name="NewH">h(t), [H].</param>
/// <param name="Reset">Room for r⊙h, [H], where the reset gate acts before the candidate's product.</param>
/// <param name="Sums">Room for nx r z nh of every block there.</param>
internal readonly record struct GruRow(int X, int H, int Gates, int NewH, int Reset = 0, int Sums = 0);
