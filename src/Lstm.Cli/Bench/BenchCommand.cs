using System.CommandLine;
using Lstm.Cli.Bench.Cell;
using Lstm.Cli.Bench.Grpc;
using Lstm.Cli.Bench.Lanes;
using Lstm.Cli.Bench.Service;

namespace Lstm.Cli.Bench;

/// <summary>lstm bench: how fast is it?</summary>
internal static class BenchCommand
{
    /// <summary>The command with its parts.</summary>
    public static Command Create() => new("bench", "Measure how fast it is on this machine, beside what one would use instead.")
    {
        CellCommand.Create(),
        LanesCommand.Create(),
        SessionsBenchCommand.Create(),
        ServiceBenchCommand.Create(),
        GrpcBenchCommand.Create(),
    };
}
