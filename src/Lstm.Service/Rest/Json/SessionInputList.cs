using Lstm.Engine;

namespace Lstm.Service.Rest.Json;

/// <summary>inputs of a JSON body: an object with the model's names as fields; each a number, or a list, nested as its shape is.</summary>
/// <param name="Inputs">The inputs.</param>
internal sealed record SessionInputList(IReadOnlyList<SessionInput> Inputs);
