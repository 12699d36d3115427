namespace Lstm.Cli;

/// <summary>A command cannot go on for a reason that its user has to read; shown without a stack trace, exit code 1.</summary>
internal sealed class CommandFailedException(string message, Exception? innerException = null) : Exception(message, innerException);
