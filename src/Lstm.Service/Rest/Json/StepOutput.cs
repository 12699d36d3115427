namespace Lstm.Service.Rest.Json;

/// <summary>y of a JSON body, in the form that x had.</summary>
/// <param name="Values">All values, row after row.</param>
/// <param name="RowLength">Where the next row begins.</param>
/// <param name="Size">output_size: values of a row that are written.</param>
/// <param name="Nested">Whether each step is a list of its own.</param>
internal sealed record StepOutput(ReadOnlyMemory<float> Values, int RowLength, int Size, bool Nested);
