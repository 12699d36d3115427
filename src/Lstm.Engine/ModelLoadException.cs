namespace Lstm.Engine;

/// <summary>A model could not be loaded; says everything that is wrong with it, at once.</summary>
public sealed class ModelLoadException : Exception
{
    /// <summary>Collects the faults of one file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="faults">At least one.</param>
    /// <param name="inner">What the first fault came from, if it was an exception.</param>
    public ModelLoadException(string path, IReadOnlyList<ModelFault> faults, Exception? inner = null)
        : base(Describe(path, faults), inner)
    {
        Path = path;
        Faults = faults;
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>All that is wrong.</summary>
    public IReadOnlyList<ModelFault> Faults { get; }

    private static string Describe(string path, IReadOnlyList<ModelFault> faults) =>
        $"Cannot load '{path}': {(faults.Count == 1 ? "" : $"{faults.Count} faults. ")}{string.Join(" ", faults.Select(static f => f.ToString()))}";
}

/// <summary>One thing that is wrong with a model's file.</summary>
/// <param name="Node">The node's name, or empty when the fault is not a node's.</param>
/// <param name="Operator">The node's operator, or empty.</param>
/// <param name="Reason">Expected, found, what to do: whole sentences.</param>
public sealed record ModelFault(string Node, string Operator, string Reason)
{
    /// <summary>What stands behind it.</summary>
    public ModelFaultKind Kind { get; init; }

    /// <inheritdoc/>
    public override string ToString() => Operator.Length == 0 ? Reason : $"{Operator} '{Node}': {Reason}";
}
