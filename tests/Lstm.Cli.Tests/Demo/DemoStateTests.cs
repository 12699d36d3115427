using System.Globalization;
using System.Text.Json;
using Lstm.Cli.Demo;

namespace Lstm.Cli.Tests.Demo;

public class DemoStateTests
{
    /// <summary>metrics.json rounds to one decimal.</summary>
    private const double Rounding = 0.06;

    [Fact]
    public void Errors_OfTheReference_AreThoseOfTheTraining()
    {
        using JsonDocument metrics = JsonDocument.Parse(File.ReadAllText(Replay.PathOf("metrics.json")));
        ForecastErrors errors = Replay.Run().Errors;

        Assert.Equal(metrics.RootElement.GetProperty("test_points").GetInt32(), errors.Points);
        Assert.Equal(Mae(metrics, "model_p50"), errors.Model, Rounding);
        Assert.Equal(Mae(metrics, "naive_last_value"), errors.LastValue, Rounding);
        Assert.Equal(Mae(metrics, "naive_same_time_last_week"), errors.LastWeek, Rounding);
    }

    [Fact]
    public void LargestDifference_OfTheReference_IsItsRoundingToFloat()
    {
        // Half a unit in the last place of a float below 65,536 is 2^-9.
        Assert.InRange(Replay.Run().LargestDifference, 1e-6, 1.0 / 512);
    }

    [Fact]
    public void LargestDifference_OneValueIsOff_ShowsHowMuch()
    {
        DemoState state = Replay.Run(steps: 100);
        double[] y = Replay.Reference[100].ToArray();
        state.Add([(float)y[0], (float)y[1] + 5, (float)y[2]], TimeSpan.Zero);

        Assert.Equal(5, state.LargestDifference, 0.01);
    }

    [Fact]
    public void ForecastFor_AHalfHour_IsTheAnswerToTheOneBefore()
    {
        DemoState state = Replay.Run(steps: 10);

        Assert.Equal((float)Replay.Reference[4][1], state.ForecastFor(5).P50);
        Assert.Equal((0, 0, 0), state.ForecastFor(0));
        Assert.False(state.IsOutside(0));
    }

    [Fact]
    public void Constructor_ReferenceOfAnotherLength_IsRefused()
    {
        string folder = Directory.CreateTempSubdirectory("lstm-test-").FullName;
        string shorter = Path.Combine(folder, "series.csv");
        File.WriteAllLines(shorter, File.ReadLines(Replay.PathOf("nyc_taxi.csv")).Take(11));

        var fault = Assert.Throws<CommandFailedException>(() => new DemoState(TaxiSeries.Read(shorter), Replay.Reference, Replay.Windows));
        Assert.Equal("Expected a reference of 10 steps, as many as the series has, but it has 10320.", fault.Message);
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public void ToJson_OfTheReference_HasEveryFigureOfTheSummary()
    {
        using JsonDocument json = JsonDocument.Parse(DemoSummary.From(Replay.Run()).ToJson());
        JsonElement summary = json.RootElement;

        Assert.Equal(10_320, summary.GetProperty("steps").GetInt32());
        Assert.Equal(567.2, summary.GetProperty("mae_model").GetDouble(), Rounding);
        Assert.Equal(1264.5, summary.GetProperty("mae_last_value").GetDouble(), Rounding);
        Assert.Equal(2016.7, summary.GetProperty("mae_last_week").GetDouble(), Rounding);
        Assert.InRange(summary.GetProperty("max_abs_diff_f64").GetDouble(), 1e-6, 1.0 / 512);
        Assert.True(summary.GetProperty("steps_per_second").GetDouble() > 0);
        JsonElement first = summary.GetProperty("anomalies")[0];
        Assert.Equal("unlabelled", first.GetProperty("name").GetString());
        Assert.False(first.GetProperty("labelled").GetBoolean());
        Assert.Equal(DateTime.Parse("2014-07-03T19:30:00", CultureInfo.InvariantCulture), first.GetProperty("start").GetDateTime());
    }

    private static double Mae(JsonDocument metrics, string name) => metrics.RootElement.GetProperty(name).GetProperty("mae").GetDouble();
}
