using System.CommandLine;

namespace Lstm.Cli.Bench.Service;

/// <summary>lstm bench service: steps per second and latency of real servers, with a load generator that is not the bottleneck.</summary>
internal static class ServiceBenchCommand
{
    private const string DefaultModel = "nyc-taxi";
    private const int DefaultSessions = 1000;
    private const int DefaultStreams = 50;
    private static readonly string[] StandardModels = [DefaultModel, "lstm-128"];

    /// <summary>Makes the command.</summary>
    /// <returns>Exit code 0: measured, and all answers were right; 1: a server did not start, refused or answered wrongly.</returns>
    public static Command Create()
    {
        var model = new Option<string?>("--model") { Description = "A name in models/, lstm-H (a generated LSTM of H units), an .onnx file or a folder with model.onnx.", HelpName = "NAME|PATH" };
        var sessions = BenchOptions.Count("--sessions", "Open sessions, spread over the streams.", 1, 10_000_000);
        var streams = BenchOptions.Count("--streams", "gRPC streams.", 1, 100_000);
        var connections = BenchOptions.Count("--connections", "HTTP/2 connections, with a thread of the generator each.", 1, 64);
        var chunk = BenchOptions.Count("--chunk", "Steps of one session in a message.", 1, 4096);
        var batch = BenchOptions.Count("--batch", "Sessions in a message, one step each.", 1, 100_000);
        var window = BenchOptions.Count("--window", "Messages in flight on a stream. By default as many as let each of its sessions have one step in flight.", 1, 1_000_000);
        var rate = BenchOptions.Number("--rate", "Messages a second, sent at their times whatever the server does; latency counts from when they were due. By default each reply is followed by the next message.", 1, 1e8);
        var seconds = BenchOptions.Number("--seconds", "How long each run counts.", 0.1, 3600, 4);
        var warmUp = BenchOptions.Number("--warm-up", "Seconds of load before the first run, for each server and model.", 0, 3600, 10);
        var runs = BenchOptions.Count("--runs", "Runs of each load on each server, taking turns; medians are shown.", 1, 1000, 3);
        var json = new Option<bool>("--json") { Description = "Print one JSON object a line: every run, the medians, last a summary." };
        var against = new Option<string>("--against") { Description = "Measure the incumbent beside: the same gRPC, a dictionary of states, ONNX Runtime once per step.", HelpName = "incumbent|none", DefaultValueFactory = static _ => BenchServer.Incumbent };
        against.AcceptOnlyFromAmong(BenchServer.Incumbent, "none");

        var command = new Command(
            "service",
            "Steps per second, processor time and latency of the real service beside what one writes today. Without options: 1,000 sessions with one step, then many sessions in a message, then at half the incumbent's load, for nyc-taxi and an LSTM(128).")
        {
            model, sessions, streams, connections, chunk, batch, window, rate, seconds, warmUp, runs, json, against,
        };
        command.SetAction((parsed, cancellation) =>
        {
            var settings = new BenchSettings(TimeSpan.FromSeconds(parsed.GetValue(seconds)!.Value), TimeSpan.FromSeconds(parsed.GetValue(warmUp)!.Value), parsed.GetValue(runs)!.Value, parsed.GetValue(against) == BenchServer.Incumbent); // Options with defaults.
            var printer = new BenchPrinter(parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error, parsed.GetValue(json));
            Option[] shaping = [sessions, streams, connections, chunk, batch, window, rate];
            if (shaping.All(option => parsed.GetResult(option) is null))
                return RunAsync(parsed.GetValue(model) is { } one ? [one] : StandardModels, BenchCase.Standard, settings, printer, cancellation);
            int sessionCount = parsed.GetValue(sessions) ?? DefaultSessions;
            var shape = new LoadShape(
                sessionCount, parsed.GetValue(streams) ?? DefaultStreamsOf(sessionCount, parsed.GetValue(batch)), parsed.GetValue(connections) ?? 1, parsed.GetValue(chunk) ?? 1,
                parsed.GetValue(batch) ?? 0, parsed.GetValue(window) ?? 0, parsed.GetValue(rate));
            return shape.FindFault() is { } fault
                ? throw new CommandFailedException(fault)
                : RunAsync([parsed.GetValue(model) ?? DefaultModel], name => [new BenchCase(name, shape)], settings, printer, cancellation);
        });
        return command;
    }

    private static async Task<int> RunAsync(string[] wanted, Func<string, IReadOnlyList<BenchCase>> casesOf, BenchSettings settings, BenchPrinter printer, CancellationToken cancellation)
    {
        using var models = new BenchModels(wanted);
        IReadOnlyList<BenchResult> results = await new ServiceBench(settings, models, printer).RunAsync([.. models.Names.SelectMany(casesOf)], cancellation);
        printer.Results(settings, results);
        return 0;
    }

    private static int DefaultStreamsOf(int sessions, int? batch) => Math.Min(DefaultStreams, batch is { } width ? Math.Max(1, sessions / width) : sessions);
}
