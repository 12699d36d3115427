using Lstm.Service.Errors;

namespace Lstm.Service.Rest.Documentation;

/// <summary>The faults that an address can answer with.</summary>
/// <param name="Codes">Which.</param>
internal sealed record Refusals(ErrorCode[] Codes);
