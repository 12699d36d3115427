namespace Lstm.Cli.Bench.Load;

/// <summary>A server refused, ended, broke a protocol or answered wrongly: the measurement is worth nothing.</summary>
internal sealed class LoadException(string message, Exception? inner = null) : Exception(message, inner);
