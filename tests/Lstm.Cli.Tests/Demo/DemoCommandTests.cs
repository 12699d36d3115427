using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Lstm.Cli.Tests.Demo;

/// <summary>The demo against the real service, as a user starts it.</summary>
public partial class DemoCommandTests
{
    /// <summary>Passengers; models/nyc-taxi/README.md says why.</summary>
    private const double Tolerance = 0.05;

    [Fact]
    public async Task Demo_Json_LastLineHasTheFiguresOfTheTraining()
    {
        (int code, string output, string error) = await LstmProcess.RunAsync("demo", "--json");

        Assert.Equal((0, ""), (code, error));
        using JsonDocument json = JsonDocument.Parse(output.TrimEnd().Split('\n')[^1]);
        JsonElement summary = json.RootElement;
        Assert.Equal(10_320, summary.GetProperty("steps").GetInt32());
        Assert.Equal(567.2, summary.GetProperty("mae_model").GetDouble(), 0.06);
        Assert.Equal(1264.5, summary.GetProperty("mae_last_value").GetDouble(), 0.06);
        Assert.Equal(2016.7, summary.GetProperty("mae_last_week").GetDouble(), 0.06);
        Assert.InRange(summary.GetProperty("max_abs_diff_f64").GetDouble(), 1e-9, Tolerance);
        Assert.Equal(
            ["unlabelled", "NYC marathon", "Thanksgiving", "Christmas", "New Year's day", "unlabelled", "snow storm"],
            summary.GetProperty("anomalies").EnumerateArray().Select(anomaly => anomaly.GetProperty("name").GetString()));
    }

    [Fact]
    public async Task Demo_NotOnATerminal_PrintsLinesAndSummaryWithoutEscapeCodes()
    {
        (int code, string output, _) = await LstmProcess.RunAsync("demo", "--speed", "max");

        Assert.Equal(0, code);
        Assert.DoesNotContain('\e', output);
        Assert.Contains("2014-11-01 07:30  ▲ the demand leaves its band for long: NYC marathon", output, StringComparison.Ordinal);
        Assert.Contains("10,320 steps, one message each", output, StringComparison.Ordinal);
        Assert.Contains("the model's p50        567.2", output, StringComparison.Ordinal);
        Assert.Contains("5 of 5 known anomalies found", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Demo_Keep_LeavesAServiceThatAnswersAsItSays()
    {
        (int code, string output, string error) = await LstmProcess.RunAsync("demo", "--json", "--keep");
        Assert.Equal(0, code);
        Assert.StartsWith("{", output, StringComparison.Ordinal);

        using Process service = Process.GetProcessById(int.Parse(PidLine().Match(error).Groups[1].Value, CultureInfo.InvariantCulture));
        try
        {
            using var http = new HttpClient();
            string session = await http.GetStringAsync(new Uri(SessionLine().Match(error).Groups[1].Value));
            Assert.Contains("10320", session, StringComparison.Ordinal);
        }
        finally
        {
            service.Kill();
            new FileInfo(LogLine().Match(error).Groups[1].Value).Directory?.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task Demo_Terminated_StopsItsService()
    {
        using var demo = LstmProcess.Start("demo", "--speed", "20");
        await Eventually.TrueAsync(() => demo.Children.Count > 0, "the demo starts its service");
        using Process service = Process.GetProcessById(demo.Children[0]);

        demo.Terminate();
        (int code, string output, _) = await demo.EndAsync();
        Assert.Equal(130, code);
        Assert.DoesNotContain("5 of 5", output, StringComparison.Ordinal);
        await service.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task Demo_SpeedIsNoNumber_SaysWhatIsExpected()
    {
        (int code, _, string error) = await LstmProcess.RunAsync("demo", "--speed", "fast");

        Assert.Equal(2, code);
        Assert.Equal("lstm demo: --speed: expected a number of steps per second above 0, or max, but got 'fast'.\nTry: lstm demo --help\n", error);
    }

    [GeneratedRegex("kill ([0-9]+)")]
    private static partial Regex PidLine();

    [GeneratedRegex("curl (http://[^ ]+/taxi-demo)\n")]
    private static partial Regex SessionLine();

    [GeneratedRegex("Its log: (.+)\n")]
    private static partial Regex LogLine();
}
