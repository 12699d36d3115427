namespace Lstm.Service.Rest.Bodies;

/// <summary>What became of one model file.</summary>
/// <param name="Name">The model's name.</param>
/// <param name="Status">ready or failed.</param>
/// <param name="Faults">Why it failed; left out when it is ready.</param>
internal sealed record ModelHealthBody(string Name, string Status, IReadOnlyList<string>? Faults);
