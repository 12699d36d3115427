using Lstm.Cli;
using Lstm.Cli.Demo;

namespace Lstm.Client.Tests;

/// <summary>Inputs and right answers of the model nyc-taxi.</summary>
internal static class Taxi
{
    public const string Model = "nyc-taxi";

    /// <summary>Passengers; models/nyc-taxi/README.md says why: an engine in float32 stays within it of float64.</summary>
    private const double Tolerance = 0.05;

    private static readonly TaxiSeries Series = TaxiSeries.Read(Path.Combine(Installation.Models, Model, "nyc_taxi.csv"));
    private static readonly ReferenceTrace Reference = ReferenceTrace.Read(Path.Combine(Installation.Models, Model, "trace_full.json"));

    /// <summary>x of steps first, first + 1, ... (0-based), row after row.</summary>
    public static float[] X(int first, int count = 1)
    {
        var x = new float[count * TaxiSeries.InputSize];
        for (int i = 0; i < count; i++)
            Series.Input(first + i, x.AsSpan(i * TaxiSeries.InputSize, TaxiSeries.InputSize));
        return x;
    }

    /// <summary>Compares the rows of y with the right answers of steps first, first + 1, ... (0-based).</summary>
    public static void AssertRight(int first, IReadOnlyList<float> y)
    {
        for (int i = 0; i < y.Count; i++)
            Assert.Equal(Reference[first + i / 3][i % 3], y[i], Tolerance);
    }
}
