namespace Lstm.Service.Rest.Json;

/// <summary>x of a JSON body: [input_size] for one step, [[input_size], …] for several.</summary>
/// <param name="Values">All values, row after row.</param>
/// <param name="RowLengths">Length of each row, or null when it was one flat list.</param>
internal sealed record StepInput(List<float> Values, List<int>? RowLengths);
