using System.CommandLine;
using Lstm.Cli.Bench.Cell;

namespace Lstm.Cli.Bench;

/// <summary>lstm bench: measurements, side by side with what one would use instead.</summary>
internal static class BenchCommand
{
    /// <summary>Makes the command.</summary>
    /// <returns>The command with its subcommands.</returns>
    public static Command Create() => new("bench", "Measure cells, side by side with ONNX Runtime and with what the machine allows.") { CellCommand.Create() };
}
