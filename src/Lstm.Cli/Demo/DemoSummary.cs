using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Lstm.Cli.Demo;

/// <summary>What the demo found, as --json prints it.</summary>
internal sealed record DemoSummary
{
    private static readonly JsonSerializerOptions Format = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Steps sent and answered.</summary>
    public required int Steps { get; init; }

    /// <summary>Half hours of the test part.</summary>
    public required int TestPoints { get; init; }

    /// <summary>Mean absolute error of the model's p50 there, in passengers.</summary>
    public required double MaeModel { get; init; }

    /// <summary>The same of repeating the last value.</summary>
    public required double MaeLastValue { get; init; }

    /// <summary>The same of the same time last week.</summary>
    public required double MaeLastWeek { get; init; }

    /// <summary>Largest difference of any quantile at any step from the float64 reference, in passengers.</summary>
    [JsonPropertyName("max_abs_diff_f64")]
    public required double MaxAbsDiffF64 { get; init; }

    /// <summary>Steps per second, one at a time, reply by reply.</summary>
    public required double StepsPerSecond { get; init; }

    /// <summary>Median time from sending a step to holding its answer.</summary>
    [JsonPropertyName("round_trip_p50_ms")]
    public required double RoundTripP50 { get; init; }

    /// <summary>99 of 100 answers took no longer.</summary>
    [JsonPropertyName("round_trip_p99_ms")]
    public required double RoundTripP99 { get; init; }

    /// <summary>Alarms in the order of time.</summary>
    public required IReadOnlyList<DemoAnomaly> Anomalies { get; init; }

    /// <summary>Adds up what the demo saw.</summary>
    public static DemoSummary From(DemoState state) => new()
    {
        Steps = state.Done,
        TestPoints = state.Errors.Points,
        MaeModel = Math.Round(state.Errors.Model, 3),
        MaeLastValue = Math.Round(state.Errors.LastValue, 3),
        MaeLastWeek = Math.Round(state.Errors.LastWeek, 3),
        MaxAbsDiffF64 = Math.Round(state.LargestDifference, 9),
        StepsPerSecond = Math.Round(state.StepsPerSecond, 1),
        RoundTripP50 = Math.Round(state.RoundTrips.Quantile(0.5), 4),
        RoundTripP99 = Math.Round(state.RoundTrips.Quantile(0.99), 4),
        Anomalies = [.. state.Detector.Alarms.Select(DemoAnomaly.From)],
    };

    /// <summary>One line of JSON.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, Format);
}
