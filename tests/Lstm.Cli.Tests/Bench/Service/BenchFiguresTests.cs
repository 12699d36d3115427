using Lstm.Cli.Bench.Load;
using Lstm.Cli.Bench.Service;
using Lstm.Cli.Bench.Service.Load;

namespace Lstm.Cli.Tests.Bench.Service;

public class BenchFiguresTests
{
    [Fact]
    public void From_Run_DividesByTheRightThings()
    {
        var latency = new LatencyHistogram();
        latency.Record(100);
        var run = new LoadFigures(Seconds: 2, Steps: 4000, Messages: 1000, ServerCpuSeconds: 0.5, ClientCpuSeconds: 0.1, latency, new LatencyHistogram(), 7, 1e-7);

        var figures = BenchFigures.From(run);

        Assert.Equal((2000, 500, 8000, 0.25), (figures.StepsPerSecond, figures.MessagesPerSecond, figures.StepsPerCore, figures.ServerCores));
        Assert.Equal((125, 0.05, 100, 0.1), (figures.ServerMicrosecondsPerStep, figures.ClientCores, figures.ClientMicrosecondsPerMessage, figures.P50Microseconds));
    }

    [Fact]
    public void Median_OddAndEven_IsTheMiddle()
    {
        Assert.Equal(2, BenchFigures.Median([Of(3), Of(1), Of(2)]).StepsPerSecond);
        Assert.Equal(2.5, BenchFigures.Median([Of(4), Of(1), Of(2), Of(3)]).P99Microseconds);
    }

    internal static BenchFigures Of(double value) => new(value, value, value, value, value, value, value, value, value, value, value, value, value);
}
