using System.CommandLine;

namespace Lstm.Cli.Demo;

/// <summary>lstm demo.</summary>
internal static class DemoCommand
{
    /// <summary>The command.</summary>
    public static Command Create()
    {
        var speed = new Option<Pace?>("--speed")
        {
            Description = "Steps per second, or max for no waiting. By default the whole series takes about half a minute.",
            HelpName = "N|max",
            CustomParser = result =>
            {
                string text = result.Tokens.Count == 1 ? result.Tokens[0].Value : "";
                Pace? pace = Pace.TryParse(text);
                if (pace is null)
                    result.AddError($"--speed: expected a number of steps per second above 0, or max, but got '{text}'.");
                return pace;
            },
        };
        var json = new Option<bool>("--json") { Description = "Do not wait and do not draw; print a JSON summary as the last line." };
        var keep = new Option<bool>("--keep") { Description = "Leave the service running and say what to try on it." };

        var command = new Command(
            "demo",
            "Stream 10,320 half hours of New York taxi demand through a real server, one timestep per message, and watch its forecasts.")
        {
            speed, json, keep,
        };
        command.SetAction((parsed, cancellation) => DemoRun.RunAsync(
            new DemoOptions(parsed.GetValue(speed), parsed.GetValue(json), parsed.GetValue(keep)), cancellation));
        return command;
    }
}
