using System.CommandLine;

namespace Lstm.Cli.Bench.Grpc;

/// <summary>lstm bench grpc: what the transport costs a message, without a model behind it.</summary>
internal static class GrpcBenchCommand
{
    /// <summary>Makes the command.</summary>
    /// <returns>Exit code 0: measured, and all answers were right; 1: a server did not start, refused or answered wrongly.</returns>
    public static Command Create()
    {
        var loads = Names("--load", "Only these loads.", EchoLoad.Standard, static load => load.Name);
        var transports = Names("--transport", "Only these transports.", Transport.All, static transport => transport.Name);
        var seconds = BenchOptions.Number("--seconds", "How long each run counts.", 0.1, 3600, 2);
        var warmUp = BenchOptions.Number("--warm-up", "Seconds of load before the first run, for each transport.", 0, 3600, 10);
        var runs = BenchOptions.Count("--runs", "Runs of each load on each transport, taking turns; medians are shown.", 1, 1000, 3);
        var json = new Option<bool>("--json") { Description = "Print one JSON object a line: every run, the medians, last a summary." };
        var command = new Command(
            "grpc",
            "Processor time, allocations and latency of a message without a model behind it: our gRPC layer beside bare Kestrel endpoints and, where it is built (benchmarks/README.md), Grpc.AspNetCore, with generated messages and with messages read by hand; the service for orientation.")
        {
            loads, transports, seconds, warmUp, runs, json,
        };
        command.SetAction(async (parsed, cancellation) =>
        {
            var settings = new GrpcSettings(
                parsed.GetValue(loads) ?? EchoLoad.Standard, parsed.GetValue(transports) ?? Transport.Built, TimeSpan.FromSeconds(parsed.GetValue(seconds)!.Value),
                TimeSpan.FromSeconds(parsed.GetValue(warmUp)!.Value), parsed.GetValue(runs)!.Value); // Options with defaults.
            var printer = new GrpcPrinter(parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error, parsed.GetValue(json));
            printer.Results(settings, await new GrpcBench(settings, printer).RunAsync(cancellation));
            return 0;
        });
        return command;
    }

    // Names with commas between; without the option all of them.
    private static Option<IReadOnlyList<T>?> Names<T>(string name, string description, IReadOnlyList<T> all, Func<T, string> nameOf)
        where T : class
    {
        string known = string.Join(", ", all.Select(nameOf));
        return new Option<IReadOnlyList<T>?>(name)
        {
            Description = $"{description} Of: {known}; several with commas between.",
            HelpName = "NAME,...",
            CustomParser = result =>
            {
                string[] wanted = result.Tokens.Single().Value.Split(',');
                if (Array.Find(wanted, text => !all.Any(item => nameOf(item) == text)) is { } unknown)
                    result.AddError($"{name}: expected {known} but got '{unknown}'.");
                return (T[])[.. all.Where(item => wanted.Contains(nameOf(item)))];
            },
        };
    }
}
