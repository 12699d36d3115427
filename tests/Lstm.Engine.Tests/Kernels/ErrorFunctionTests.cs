using Lstm.Engine.Kernels;

namespace Lstm.Engine.Tests.Kernels;

public sealed class ErrorFunctionTests
{
    // Abramowitz and Stegun, table 7.1.
    [Theory]
    [InlineData(0.0, 0.0)]
    [InlineData(0.02, 0.0225645747)]
    [InlineData(0.5, 0.5204998778)]
    [InlineData(1.0, 0.8427007929)]
    [InlineData(1.5, 0.9661051465)]
    [InlineData(2.0, 0.9953222650)]
    [InlineData(3.0, 0.9999779095)]
    [InlineData(4.0, 1.0)]
    [InlineData(double.PositiveInfinity, 1.0)]
    public void Of_KnownPlaces_IsRightToTenDigits(double x, double expected)
    {
        // The last digit of the table; at 4 the function is taken for 1.
        Assert.Equal(expected, ErrorFunction.Of(x), 1e-10);
        Assert.Equal(-expected, ErrorFunction.Of(-x), 1e-10);
    }

    [Fact]
    public void Of_NaN_IsNaN() => Assert.True(double.IsNaN(ErrorFunction.Of(double.NaN)));
}
