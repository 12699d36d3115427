using System.Globalization;
using Xunit.Abstractions;

namespace Lstm.OnnxRuntime.Tests.RandomGraphs;

/// <summary>Random graphs: stepped natively with carried state they give what ONNX Runtime gives for the whole sequence.</summary>
public sealed class RandomGraphTests(ITestOutputHelper output) : IDisposable
{
    private const int Graphs = 3000;

    // Thresholds and divisions by near zero happen, but seldom.
    private const double MostIllConditioned = 0.02;

    private readonly string _folder = Directory.CreateTempSubdirectory("lstm-graphs-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Step_RandomGraphs_EqualsOnnxRuntime()
    {
        int? single = Setting("LSTM_GRAPH");
        int count = single is null ? Setting("LSTM_GRAPHS") ?? Graphs : 1;
        int first = single ?? Environment.TickCount & 0xfffffff;
        var comparison = new GraphComparison(_folder);
        var faults = new List<string>();
        int illConditioned = 0;
        double largest = 0;
        for (int n = 0; n < count; n++)
        {
            GraphOutcome outcome = comparison.Compare(first + n);
            illConditioned += outcome.IllConditioned ? 1 : 0;
            largest = outcome is { Fault: null, IllConditioned: false } ? Math.Max(largest, outcome.Difference) : largest;
            if (outcome.Fault is not null)
            {
                faults.Add(outcome.Fault);
            }
        }
        output.WriteLine($"graphs {first} to {first + count - 1}: largest difference {largest:E1}, {illConditioned} ill-conditioned, {faults.Count} faults");

        Assert.True(
            faults.Count == 0,
            $"{faults.Count} of {count} graphs differ; LSTM_GRAPH=SEED runs one of them again.\n{string.Join('\n', faults.Take(20))}");
        Assert.InRange(illConditioned, 0, Math.Max(1, count * MostIllConditioned));
    }

    private static int? Setting(string name) => int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out int value) ? value : null;
}
