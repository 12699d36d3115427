namespace Lstm.Cli.Demo;

/// <summary>What the user asked of the demo.</summary>
/// <param name="Speed">How fast; null: about half a minute in all.</param>
/// <param name="Json">No view, no waiting, one JSON object at the end.</param>
/// <param name="Keep">Leave the service running.</param>
internal sealed record DemoOptions(Pace? Speed, bool Json, bool Keep);
