using System.Globalization;

namespace Lstm.OnnxRuntime.Tests;

/// <summary>The largest absolute difference seen, and where.</summary>
internal sealed class Largest(string what)
{
    public double Value { get; private set; }

    private string _where = "";

    public void Add(ReadOnlySpan<float> actual, ReadOnlySpan<double> expected, string where)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (var i = 0; i < actual.Length; i++)
            Add(actual[i], expected[i], where, i);
    }

    public void Add(ReadOnlySpan<float> actual, ReadOnlySpan<float> expected, string where)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (var i = 0; i < actual.Length; i++)
            Add(actual[i], expected[i], where, i);
    }

    /// <summary>Fails when the largest difference is above what is allowed, and says where it is.</summary>
    public void AssertWithin(double allowed) => Assert.True(Value <= allowed, $"{this}; allowed {allowed:G3}");

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{what}: {Value:E2} at {_where}");

    private void Add(double actual, double expected, string where, int index)
    {
        var difference = Math.Abs(actual - expected);
        // Written so that a NaN on one side counts.
        if (difference <= Value)
            return;
        Value = double.IsNaN(difference) ? double.PositiveInfinity : difference;
        _where = string.Create(CultureInfo.InvariantCulture, $"{where}[{index}] = {actual:G9}, expected {expected:G9}");
    }
}
