namespace Lstm.Cli.Verify;

/// <summary>A state input and the output that is its next value, by the file's names.</summary>
internal readonly record struct NamePair(string Input, string Output)
{
    /// <summary>All of them, for people.</summary>
    public static string List(IEnumerable<NamePair> pairs) => string.Join(", ", pairs);

    /// <summary>The options of the command line that name them.</summary>
    public static string Options(IEnumerable<NamePair> pairs) => string.Join(' ', pairs.Select(static p => $"--state {p.Input}={p.Output}").DefaultIfEmpty("no state"));

    /// <inheritdoc/>
    public override string ToString() => $"{Input} → {Output}";
}
