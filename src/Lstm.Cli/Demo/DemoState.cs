using System.Diagnostics;

namespace Lstm.Cli.Demo;

/// <summary>All that the demo has seen so far: what views draw and the summary adds up.</summary>
internal sealed class DemoState
{
    private readonly ReferenceTrace _reference;
    private readonly float[] _p10;
    private readonly float[] _p50;
    private readonly float[] _p90;
    private readonly float[] _surprise;
    private readonly Stopwatch _watch = new();

    /// <summary>Nothing seen yet.</summary>
    public DemoState(TaxiSeries series, ReferenceTrace reference, IReadOnlyList<AnomalyWindow> windows)
    {
        if (reference.Steps != series.Count)
            throw new CommandFailedException($"Expected a reference of {series.Count} steps, as many as the series has, but it has {reference.Steps}.");

        Series = series;
        _reference = reference;
        Detector = new AnomalyDetector(windows);
        RoundTrips = new RoundTrips(series.Count);
        (_p10, _p50, _p90, _surprise) = (new float[series.Count], new float[series.Count], new float[series.Count], new float[series.Count]);
    }

    /// <summary>The series that is streamed.</summary>
    public TaxiSeries Series { get; }

    /// <summary>Finds alarms.</summary>
    public AnomalyDetector Detector { get; }

    /// <summary>Adds up errors.</summary>
    public ForecastErrors Errors { get; } = new();

    /// <summary>How long replies took.</summary>
    public RoundTrips RoundTrips { get; }

    /// <summary>Steps done: half hours 0 to Done - 1 were sent and answered.</summary>
    public int Done { get; private set; }

    /// <summary>The largest difference of any quantile from the float64 reference.</summary>
    public double LargestDifference { get; private set; }

    /// <summary>Time since the first step was sent.</summary>
    public TimeSpan Elapsed => _watch.Elapsed;

    /// <summary>Steps per second since the first step.</summary>
    public double StepsPerSecond => Done == 0 ? 0 : Done / _watch.Elapsed.TotalSeconds;

    /// <summary>p10, p50, p90 that were forecast for a half hour. Half hour 0 was never forecast: all zero.</summary>
    public (float P10, float P50, float P90) ForecastFor(int index) => (_p10[index], _p50[index], _p90[index]);

    /// <summary>Whether a half hour's demand was outside the band forecast for it.</summary>
    public bool IsOutside(int index) => index > 0 && (Series.Demand[index] < _p10[index] || Series.Demand[index] > _p90[index]);

    /// <summary>The detector's surprise after a half hour.</summary>
    public float SurpriseAt(int index) => _surprise[index];

    /// <summary>The clock starts.</summary>
    public void Start() => _watch.Start();

    /// <summary>The clock stops.</summary>
    public void Stop() => _watch.Stop();

    /// <summary>Takes the answer to the next half hour.</summary>
    /// <param name="y">p10, p50, p90 of the half hour after it.</param>
    /// <param name="roundTrip">How long the answer took.</param>
    public void Add(IReadOnlyList<float> y, TimeSpan roundTrip)
    {
        int now = Done++;
        RoundTrips.Add(roundTrip);
        for (int i = 0; i < y.Count; i++)
            LargestDifference = Math.Max(LargestDifference, Math.Abs(y[i] - _reference[now][i]));

        // What was forecast for this half hour was said one step ago.
        if (now > 0)
        {
            Detector.Add(Series.Times[now], Series.Demand[now], _p10[now], _p90[now]);
            Errors.Add(Series, now, _p50[now]);
            _surprise[now] = (float)Detector.Surprise;
        }

        if (now + 1 < Series.Count)
            (_p10[now + 1], _p50[now + 1], _p90[now + 1]) = (y[0], y[1], y[2]);
    }
}
