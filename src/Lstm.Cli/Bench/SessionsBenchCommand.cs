using System.CommandLine;
using System.Diagnostics;
using System.Globalization;

namespace Lstm.Cli.Bench;

/// <summary>lstm bench sessions: what a million sessions cost. Runs benchmarks/Lstm.SessionBench, which sees the service from inside.</summary>
internal static class SessionsBenchCommand
{
    /// <summary>Makes the command.</summary>
    /// <returns>The command.</returns>
    public static Command Create()
    {
        var count = new Option<int>("--count") { Description = "Sessions to open.", DefaultValueFactory = _ => 1_000_000 };
        count.Validators.Add(static result =>
        {
            if (result.GetValueOrDefault<int>() < 1000)
                result.AddError("--count has to be at least 1000.");
        });
        var model = new Option<string>("--model") { Description = "The model's folder.", DefaultValueFactory = _ => Path.Combine(Installation.Models, "nyc-taxi"), HelpName = "FOLDER" };
        var json = new Option<bool>("--json") { Description = "One JSON object." };
        var command = new Command("sessions", "Open a million sessions in one process and step random ones: memory, opens per second, time per step.") { count, model, json };
        command.SetAction((parsed, cancellation) =>
        {
            List<string> arguments = [Installation.SessionBench, "--count", parsed.GetValue(count).ToString(CultureInfo.InvariantCulture), "--model", parsed.GetRequiredValue(model)];
            if (parsed.GetValue(json))
                arguments.Add("--json");
            return RunAsync(arguments, parsed.InvocationConfiguration, cancellation);
        });
        return command;
    }

    private static async Task<int> RunAsync(List<string> arguments, InvocationConfiguration configuration, CancellationToken cancellation)
    {
        using var bench = Process.Start(new ProcessStartInfo("dotnet", arguments) { RedirectStandardOutput = true })
            ?? throw new CommandFailedException("The measurement could not be started: no process.");
        try
        {
            await configuration.Output.WriteAsync(await bench.StandardOutput.ReadToEndAsync(cancellation));
            await bench.WaitForExitAsync(cancellation);
            return bench.ExitCode;
        }
        finally
        {
            if (!bench.HasExited)
                bench.Kill();
        }
    }
}
