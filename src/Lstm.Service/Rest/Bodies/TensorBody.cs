namespace Lstm.Service.Rest.Bodies;

/// <summary>An input or output of a step.</summary>
/// <param name="Name">Its name in the file.</param>
/// <param name="Dtype">float32, int64, …; values travel as numbers in any case.</param>
/// <param name="Shape">Per step; empty: one value.</param>
internal sealed record TensorBody(string Name, string Dtype, IReadOnlyList<int> Shape);
