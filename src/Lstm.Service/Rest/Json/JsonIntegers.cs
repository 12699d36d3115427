namespace Lstm.Service.Rest.Json;

/// <summary>Whole numbers in a JSON body: numbers up to 2^53, texts beyond, where many readers of JSON lose digits; a list, or a list of such lists.</summary>
/// <param name="Values">All values, row after row.</param>
/// <param name="RowLengths">Length of each row, or null when it is one flat list.</param>
internal sealed record JsonIntegers(long[] Values, IReadOnlyList<int>? RowLengths = null);
