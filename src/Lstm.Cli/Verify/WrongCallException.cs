namespace Lstm.Cli.Verify;

/// <summary>The command was called wrongly.</summary>
/// <param name="reason">Expected, found, what to do.</param>
internal sealed class WrongCallException(string reason) : Exception(reason);
