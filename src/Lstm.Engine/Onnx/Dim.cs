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

    /// <summary>As a number: T − 1, the place of the last timestep.</summary>
    public static Dim LastOfT { get; } = T + -1;

    /// <summary>The batch axis.</summary>
    public static Dim B { get; } = new(1, "B");

    /// <summary>Padding before the first timestep, in timesteps; the row of a timestep does not hold it.</summary>
    public int Lead { get; init; }

    /// <summary>What is there after the last timestep, in timesteps; the row of a timestep does not hold it.</summary>
    public int Trail { get; init; }

    /// <summary>Whether neither T nor B runs along it.</summary>
    public bool IsStatic => Symbols.Length == 0;

    /// <summary>Whether it is a plain axis of size 1.</summary>
    public bool IsOne => IsStatic && Size == 1;

    /// <summary>Whether time runs along it.</summary>
    public bool HasTime => Symbols.Contains('T', StringComparison.Ordinal);

    /// <summary>Whether the batch runs along it.</summary>
    public bool HasBatch => Symbols.Contains('B', StringComparison.Ordinal);

    /// <summary>Whether it is longer than time or batch.</summary>
    public bool IsPadded => Lead != 0 || Trail != 0;

    /// <summary>Two neighbouring axes merged into one.</summary>
    public static Dim operator *(Dim outer, Dim inner) => outer.IsOne ? inner : inner.IsOne ? outer
        : outer.IsPadded || inner.IsPadded ? throw new NodeFaultException($"it merges {outer} and {inner}; a padded axis of time has to stay alone.")
        : new(checked(outer.Size * inner.Size), outer.Symbols + inner.Symbols);

    /// <summary>The axis, longer by some timesteps at its end; as a number: the sum.</summary>
    public static Dim operator +(Dim length, long more) => length.IsStatic
        ? new(length.Size + more)
        : length with { Trail = checked(length.Trail + (int)more) };

    /// <inheritdoc/>
    public override string ToString() => IsStatic ? $"{Size}" : (Size == 1 ? Symbols : $"{Size}{Symbols}") + (IsPadded ? $"{Lead + Trail:+0;-0}" : "");
}
