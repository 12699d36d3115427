using Lstm.Cli.Inspect;

namespace Lstm.Cli.Tests.Inspect;

public sealed class QuantitiesTests
{
    [Theory]
    [InlineData(0, "0 bytes")]
    [InlineData(1024, "1,024 bytes")]
    [InlineData(51_234, "51.2 kB")]
    [InlineData(214_000, "214 kB")]
    [InlineData(1_024_000_000, "1.02 GB")]
    [InlineData(2.5e15, "2,500 TB")]
    public void Bytes_OfAnySize_AreShort(double value, string text) => Assert.Equal(text, Quantities.Bytes(value));

    [Theory]
    [InlineData(320, "320 FLOP")]
    [InlineData(5_280, "5.28 kFLOP")]
    [InlineData(263_000, "0.26 MFLOP")]
    [InlineData(12_345_678, "12.3 MFLOP")]
    [InlineData(1.2e9, "1.20 GFLOP")]
    public void Flops_OfAnySize_AreShort(double value, string text) => Assert.Equal(text, Quantities.Flops(value));
}
