using Lstm.OnnxRuntime;

namespace Lstm.Cli.Verify.Runtime;

/// <summary>Which inputs of a file are states, and which outputs feed them: as it was said, or as the file allows it to be read.</summary>
/// <param name="Pairs">The pairs; null when the file can be read in several ways.</param>
/// <param name="From">Where they are from, or what else would be possible.</param>
internal sealed record StateReading(IReadOnlyList<NamePair>? Pairs, string From)
{
    private const string ByNodes = "the file's recurrent nodes";

    /// <summary>Whether someone named the pairs.</summary>
    public bool IsGiven { get; init; }

    /// <summary>Whether an engine that reads the file otherwise is wrong: names alone may mislead.</summary>
    public bool IsCertain => IsGiven || From == ByNodes;

    /// <summary>
    /// Judges a file by the types, shapes and names that it declares, and by its recurrent nodes, without the engine. Only what leaves no choice counts:
    /// a state's output has its type and shape, is computed from it, and a recurrent node or both names say so; an input that could be one beside
    /// those leaves a choice, unless it is the only one left and therefore the data.
    /// </summary>
    public static StateReading Judge(IReadOnlyList<OrtPort> inputs, IReadOnlyList<OrtPort> outputs, FileGraph graph)
    {
        var pairs = graph.RecurrentPairs().ToList();
        OrtPort[] left = [.. inputs.Where(i => !pairs.Exists(p => p.Input == i.Name))];
        var candidates = new List<NamePair>();
        foreach (var input in left)
        {
            candidates.AddRange(outputs.Where(o => !pairs.Exists(p => p.Output == o.Name) && Fit(input, o) && graph.Reaches(input.Name, o.Name))
                .Select(o => new NamePair(input.Name, o.Name)));
        }

        NamePair[] akin = [.. candidates.Where(static p => StateNames.AreAkin(p.Input, p.Output))];
        NamePair[] named = [.. akin.Where(p => StateNames.IsOfState(p.Input) && akin.Count(a => a.Input == p.Input || a.Output == p.Output) == 1)];
        var byNode = pairs.Count;
        pairs.AddRange(named);
        if (pairs.Count == 0 && candidates.Count == 1 && akin.Length == 1 && left.Length > 1)
            pairs.Add(akin[0]);

        string[] data = [.. inputs.Select(static i => i.Name).Where(name => !pairs.Exists(p => p.Input == name))];
        NamePair[] open = [.. candidates.Where(c => data.Contains(c.Input) && !pairs.Exists(p => p.Output == c.Output))];
        if (data.Length == 0 || (open.Length > 0 && data.Length > 1))
            return new StateReading(null, $"by shape it can be read with {(open.Length > 0 ? $"or without {NamePair.List(open)}" : $"any of {NamePair.List(candidates)} as data")}");
        return new StateReading(pairs, pairs.Count == byNode && byNode > 0 ? ByNodes : "the file's shapes and names");
    }

    /// <summary>How another reading of the inputs differs; null when it does not.</summary>
    public string? FindDifference(IEnumerable<NamePair> other) =>
        Pairs is null || Pairs.ToHashSet().SetEquals(other) ? null : $"The engine carries {Or(NamePair.List(other))}, but by {From} it is {Or(NamePair.List(Pairs))}.";

    private static string Or(string list) => list.Length == 0 ? "no state" : list;

    // Open axes may turn out to be of any length.
    private static bool Fit(OrtPort input, OrtPort output) => input.ElementType == output.ElementType && input.Shape.Count == output.Shape.Count
        && input.Shape.Zip(output.Shape).All(static n => n.First == n.Second || n.First < 0 || n.Second < 0);
}
