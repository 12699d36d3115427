namespace Lstm.Engine.Onnx;

/// <summary>
/// One axis of a traced value: how many values of one timestep of one session lie along it, and whether time (T) or batch (B)
/// runs along it as well. While a step runs, T and B are 1.
/// </summary>
/// <param name="Size">Values per timestep and session.</param>
/// <param name="Symbols">The symbols merged into the axis, outermost first: "", "T", "B", "TB" or "BT".</param>
internal readonly record struct Dim(long Size, string Symbols = "")
{
    /// <summary>The time axis.</summary>
    public static Dim T { get; } = new(1, "T");

    /// <summary>The batch axis.</summary>
    public static Dim B { get; } = new(1, "B");

    /// <summary>Whether neither T nor B runs along it.</summary>
    public bool IsStatic => Symbols.Length == 0;

    /// <summary>Whether time runs along it.</summary>
    public bool HasTime => Symbols.Contains('T', StringComparison.Ordinal);

    /// <summary>Two neighbouring axes merged into one.</summary>
    public static Dim operator *(Dim outer, Dim inner) => new(checked(outer.Size * inner.Size), outer.Symbols + inner.Symbols);

    /// <inheritdoc/>
    public override string ToString() => IsStatic ? $"{Size}" : Size == 1 ? Symbols : $"{Size}{Symbols}";
}
