using System.Diagnostics;
using Lstm.Engine;
using Xunit.Abstractions;

namespace Lstm.Models.Tests.Limits;

/// <summary>No file hangs a load or takes the machine's memory.</summary>
public sealed class LoadLimitTests(ITestOutputHelper log) : IDisposable
{
    // A busy machine starts a process late; what is tested for would take hours or never end.
    private static readonly TimeSpan Slack = TimeSpan.FromSeconds(10);

    private readonly string _folder = Directory.CreateTempSubdirectory("lstm-limits-").FullName;

    public static TheoryData<string> Names => [.. HungryGraphs.ByName.Keys];

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory, MemberData(nameof(Names))]
    public void Load_OfAHungryGraph_EndsInTimeWithARefusal(string name)
    {
        string path = HungryGraphs.Write(name, Path.Combine(_folder, "model.onnx"));
        var options = new ModelLoaderOptions
        {
            Limits = new() { MaxTime = TimeSpan.FromSeconds(4), MaxMemoryBytes = 300_000_000 },
            Probe = ModelProbe.Of(typeof(LoadLimitTests).Assembly),
        };
        long start = Stopwatch.GetTimestamp();

        var refusal = Record.Exception(() => ModelLoader.Load(path, options));

        var time = Stopwatch.GetElapsedTime(start);
        log.WriteLine($"{name}: {time.TotalSeconds:F1} s, peak {Process.GetCurrentProcess().PeakWorkingSet64 / 1_000_000} MB: {refusal?.Message}");
        Assert.IsType<ModelLoadException>(refusal);
        Assert.True(time < options.Limits.MaxTime + Slack, $"It took {time}.");
    }
}
