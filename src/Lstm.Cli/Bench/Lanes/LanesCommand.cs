using System.CommandLine;
using Lstm.Cli.Bench.Service;

namespace Lstm.Cli.Bench.Lanes;

/// <summary>lstm bench lanes: the ways to spread the steps of one model over processors, beside each other.</summary>
internal static class LanesCommand
{
    private static readonly string[] StandardModels = ["nyc-taxi", "lstm-128"];

    /// <summary>Makes the command.</summary>
    /// <returns>The command.</returns>
    public static Command Create()
    {
        var model = new Option<string?>("--model") { Description = "A name in models/, lstm-H (a generated LSTM of H units), an .onnx file or a folder with model.onnx. Default: nyc-taxi and lstm-128.", HelpName = "NAME|PATH" };
        var lanes = BenchOptions.Count("--lanes", "Lanes to compare with one; a processor for each is best.", 2, 1024, Math.Max(2, Environment.ProcessorCount));
        var callers = BenchOptions.Count("--callers", "Callers at once, each with a session and one step in flight.", 1, 1_000_000, 256);
        var rounds = BenchOptions.Count("--rounds", "Turns of each contender; results are medians.", 1, 10_000, 15);
        var slice = BenchOptions.Number("--slice", "Milliseconds of a turn.", 1, 60_000, 300);
        var json = new Option<bool>("--json") { Description = "Print one JSON object a line." };
        var command = new Command(
            "lanes", "Steps per second of one model under many callers in this process: with one lane, with a lane for each processor in one scheduler, which is what the service has, and with a scheduler for each lane.")
        {
            model, lanes, callers, rounds, slice, json,
        };
        command.SetAction(async (parsed, cancellation) =>
        {
            var plan = new LanesPlan(
                parsed.GetValue(lanes)!.Value, parsed.GetValue(callers)!.Value, parsed.GetValue(rounds)!.Value, TimeSpan.FromMilliseconds(parsed.GetValue(slice)!.Value)); // Options with defaults.
            var printer = new LanesPrinter(parsed.InvocationConfiguration.Output, parsed.GetValue(json), plan);
            using var models = new BenchModels(parsed.GetValue(model) is { } one ? [one] : StandardModels);
            printer.PrintHead();
            foreach (string name in models.Names)
            {
                foreach (LanesResult result in await LanesBench.RunAsync(models[name], plan, cancellation))
                    printer.Print(result);
            }
        });
        return command;
    }
}
