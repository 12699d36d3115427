namespace Lstm.Service.Rest.Json;

/// <summary>y of a JSON body, in the form that x had.</summary>
/// <param name="Values">All values, row after row.</param>
/// <param name="RowLength">output_size.</param>
/// <param name="Nested">Whether each step is a list of its own.</param>
internal sealed record StepOutput(ReadOnlyMemory<float> Values, int RowLength, bool Nested);
