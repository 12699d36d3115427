namespace Lstm.Engine.Onnx.Pairing;

/// <summary>One way to read a graph: which inputs are states, and where the next value of each comes out.</summary>
/// <param name="Pairs">The states.</param>
internal sealed record Reading(IReadOnlyList<Candidate> Pairs)
{
    /// <summary>Nothing decided yet, or no states.</summary>
    public static readonly Reading Empty = new([]);

    /// <summary>Whether the pair is one of these.</summary>
    public bool Contains(Candidate pair) => Pairs.Contains(pair);

    /// <summary>Whether an input is a state.</summary>
    public bool Uses(int input) => Pairs.Any(p => p.Input == input);

    /// <summary>Whether an output, or this part of it, is a next value.</summary>
    public bool Uses(Target target) => Pairs.Any(p => p.Target.Output == target.Output && (p.Target.Part < 0 || target.Part < 0 || p.Target.Part == target.Part));

    /// <summary>This reading and one state more.</summary>
    public Reading With(Candidate pair) => new([.. Pairs, pair]);

    /// <summary>Whether two readings are one.</summary>
    public bool IsSame(Reading other) => Pairs.Count == other.Pairs.Count && Pairs.All(other.Contains);
}
