namespace Lstm.Service.Options;

/// <summary>The service cannot start as it is configured; says everything that is wrong, at once.</summary>
/// <param name="faults">At least one.</param>
public sealed class OptionsException(IReadOnlyList<string> faults)
    : Exception(faults.Count == 1 ? faults[0] : string.Join(Environment.NewLine, faults.Select(static f => $"- {f}")))
{
    /// <summary>All that is wrong.</summary>
    public IReadOnlyList<string> Faults { get; } = faults;
}
