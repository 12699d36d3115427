using Lstm.Cli.Bench.Grpc;
using Lstm.Cli.Bench.Load;

namespace Lstm.Cli.Tests.Bench.Grpc;

public class GrpcFiguresTests
{
    [Fact]
    public void From_Run_DividesByMessages()
    {
        var latency = new LatencyHistogram();
        latency.Record(100_000);
        var before = new Reading(10, 1000, 1, 2, 5000);
        var after = new Reading(12, 5000, 1.5, 2.25, 9000);

        var figures = GrpcFigures.From(after - before, latency);

        Assert.Equal(new GrpcFigures(2000, 125, 0.25, 62.5, 1, 100, 100), figures);
    }

    [Fact]
    public void From_NothingAnswered_IsAFault() => Assert.Equal(
        "The server answered nothing in 2.0 s.",
        Assert.Throws<LoadException>(() => GrpcFigures.From(new Reading(2, 0, 1, 1, 1), new LatencyHistogram())).Message);

    [Fact]
    public void Median_OddAndEven_IsTheMiddle()
    {
        Assert.Equal(2, GrpcFigures.Median([Of(3), Of(1), Of(2)]).ServerMicroseconds);
        Assert.Equal(2.5, GrpcFigures.Median([Of(4), Of(1), Of(2), Of(3)]).P99Microseconds);
        Assert.Null(GrpcFigures.Median([Of(1) with { AllocatedBytes = null }]).AllocatedBytes);
    }

    internal static GrpcFigures Of(double value) => new(value, value, value, value, value, value, value);
}
