namespace Lstm.Service.Models;

/// <summary>What became of one model file.</summary>
/// <param name="Name">Name for callers.</param>
/// <param name="Path">The file.</param>
/// <param name="Served">The model, or null when it did not load or is still being loaded.</param>
/// <param name="Faults">Why it did not load; empty when it did or is still being loaded.</param>
internal sealed record ModelStatus(string Name, string Path, ServedModel? Served, IReadOnlyList<string> Faults)
{
    /// <summary>Every <see cref="Word"/>.</summary>
    public static readonly IReadOnlyList<string> Words = ["loading", "ready", "failed"];

    /// <summary>loading, ready or failed.</summary>
    public string Word => Words[Served is not null ? 1 : Faults.Count > 0 ? 2 : 0];
}
