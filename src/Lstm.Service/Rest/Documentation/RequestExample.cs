namespace Lstm.Service.Rest.Documentation;

/// <summary>A body that works when it is sent as it is.</summary>
/// <param name="Json">The body.</param>
internal sealed record RequestExample(string Json);
