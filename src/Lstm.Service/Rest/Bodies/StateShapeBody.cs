namespace Lstm.Service.Rest.Bodies;

/// <summary>A piece of a session's state.</summary>
/// <param name="Name">layer0.h, …</param>
/// <param name="Shape">Its shape.</param>
/// <param name="Dtype">float32, or of whole numbers and booleans int64, bool, …</param>
internal sealed record StateShapeBody(string Name, IReadOnlyList<int> Shape, string Dtype);
