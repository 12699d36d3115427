namespace Lstm.Service.Models;

/// <summary>What became of one model file.</summary>
/// <param name="Name">Name for callers.</param>
/// <param name="Path">The file.</param>
/// <param name="Served">The model, or null when it did not load.</param>
/// <param name="Faults">Why it did not load; empty when it did.</param>
internal sealed record ModelStatus(string Name, string Path, ServedModel? Served, IReadOnlyList<string> Faults);
