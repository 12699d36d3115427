namespace Lstm.Cli.Demo;

/// <summary>Mean absolute errors of three forecasts over the test part, which the model never saw: from 2014-10-26 00:30 to the end.</summary>
internal sealed class ForecastErrors
{
    /// <summary>The first half hour that is forecast in the test part.</summary>
    public static readonly DateTime TestFrom = new(2014, 10, 26, 0, 30, 0);

    private double _model;
    private double _lastValue;
    private double _lastWeek;

    /// <summary>Half hours counted.</summary>
    public int Points { get; private set; }

    /// <summary>Of the model's p50, in passengers.</summary>
    public double Model => _model / Points;

    /// <summary>Of saying the last value once more.</summary>
    public double LastValue => _lastValue / Points;

    /// <summary>Of saying what came at the same time last week.</summary>
    public double LastWeek => _lastWeek / Points;

    /// <summary>Takes one half hour; those before the test part are left out.</summary>
    /// <param name="series">The series.</param>
    /// <param name="index">The half hour that was forecast.</param>
    /// <param name="p50">What the model said of it half an hour before.</param>
    public void Add(TaxiSeries series, int index, float p50)
    {
        if (series.Times[index] < TestFrom)
            return;

        double actual = series.Demand[index];
        _model += Math.Abs(actual - p50);
        _lastValue += Math.Abs(actual - series.Demand[index - 1]);
        _lastWeek += Math.Abs(actual - series.Demand[index - TaxiSeries.Week]);
        Points++;
    }
}
