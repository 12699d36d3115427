using Grpc.Wire;

namespace Lstm.Grpc.Tests.Wire;

/// <summary>grpc/grpc doc/PROTOCOL-HTTP2.md: Timeout is one to eight digits and a unit.</summary>
public sealed class GrpcTimeoutTests
{
    [Theory]
    [InlineData("1H", 36_000_000_000)]
    [InlineData("2M", 1_200_000_000)]
    [InlineData("3S", 30_000_000)]
    [InlineData("4m", 40_000)]
    [InlineData("5u", 50)]
    [InlineData("600n", 6)]
    [InlineData("601n", 7)]
    [InlineData("1n", 1)]
    [InlineData("99999999H", 99_999_999 * 36_000_000_000)]
    public void TryParse_Valid_GivesTicksRoundedUp(string value, long ticks)
    {
        Assert.True(GrpcTimeout.TryParse(value, out var timeout));
        Assert.Equal(ticks, timeout.Ticks);
    }

    [Theory]
    [InlineData(0, "0n")]
    [InlineData(-5, "0n")]
    [InlineData(1, "100n")]
    [InlineData(999_999, "99999900n")]
    [InlineData(10_000_000, "1000000u")]
    [InlineData(1_000_000_001, "100001m")]
    [InlineData(10_000 * 365 * TimeSpan.TicksPerDay, "87600000H")]
    public void Format_AnyTime_RoundsUpAndReadsBack(long ticks, string expected)
    {
        string text = GrpcTimeout.Format(new TimeSpan(ticks));

        Assert.Equal(expected, text);
        Assert.InRange(text.Length, 2, 9);
        Assert.True(GrpcTimeout.TryParse(text, out var back));
        Assert.True(back.Ticks >= Math.Max(ticks, 0));
    }
}
