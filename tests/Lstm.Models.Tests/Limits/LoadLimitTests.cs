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

    public static TheoryData<string> WideNames => [.. WideGraphs.ByName.Keys];

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

    [Theory, MemberData(nameof(WideNames))]
    public void Load_OfAWideGraph_EndsInTime(string name)
    {
        string path = WideGraphs.ByName[name]().Write(Path.Combine(_folder, "model.onnx"));
        var options = new ModelLoaderOptions { Limits = new() { MaxTime = TimeSpan.FromSeconds(5) }, Probe = ModelProbe.Of(typeof(LoadLimitTests).Assembly) };
        long start = Stopwatch.GetTimestamp();

        var refusal = Record.Exception(() => ModelLoader.Load(path, options));

        var time = Stopwatch.GetElapsedTime(start);
        log.WriteLine($"{name}: {time.TotalSeconds:F1} s, peak {Process.GetCurrentProcess().PeakWorkingSet64 / 1_000_000} MB: {refusal?.Message ?? "loads"}");
        Assert.True(refusal is null or ModelLoadException, refusal?.ToString());
        Assert.True(time < options.Limits.MaxTime + Slack, $"It took {time}.");
    }

    [Fact]
    public void Load_OfAFileThatNeedsMoreMemoryThanItMay_IsRefusedUnread()
    {
        string path = Path.Combine(_folder, "model.onnx");
        using (var file = File.Create(path))
            file.SetLength(900_000_000);
        long before = GC.GetAllocatedBytesForCurrentThread();

        var refusal = Assert.Throws<ModelLoadException>(() => ModelLoader.Load(path));

        Assert.Equal(
            "Loading needs more than 1,073,741,824 bytes of memory and was stopped when the file was read: that is the limit of memory for one model. If the model is meant to be so large, raise "
            + "Lstm:Models:MaxLoadMemoryBytes of the service, --max-load-memory of the command line or LoadLimits.MaxMemoryBytes.",
            Assert.Single(refusal.Faults).ToString());
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1_000_000);
    }

    [Fact]
    public void Load_OfAPipe_DoesNotWaitForSomebodyToWrite()
    {
        string path = Path.Combine(_folder, "model.onnx");
        using (var mkfifo = Process.Start("mkfifo", [path]))
            mkfifo.WaitForExit();

        Assert.Equal("The file is empty.", Assert.Single(Assert.Throws<ModelLoadException>(() => ModelLoader.Load(path)).Faults).ToString());
    }

    [Fact]
    public void Load_WithoutAProcessOfItsOwn_EndsATrialRunInTime()
    {
        string path = LongLoop.Write(_folder, above: -5);

        var refusal = Assert.Throws<ModelLoadException>(() => ModelLoader.Load(path, new() { Limits = new() { MaxTime = TimeSpan.FromSeconds(2) } }));

        Assert.StartsWith("Loading took longer than 2 s and was stopped in a trial run: that is the limit of time for one model.", refusal.Faults[^1].ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Load_ThatIsCancelled_EndsAtOnce()
    {
        string path = LongLoop.Write(_folder, above: -5);
        using var cancellation = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        long start = Stopwatch.GetTimestamp();

        Assert.Throws<OperationCanceledException>(() => ModelLoader.Load(path, new() { Probe = ModelProbe.Of(typeof(LoadLimitTests).Assembly) }, cancellation.Token));

        Assert.True(Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(1) + Slack);
    }

    [Theory]
    [InlineData("kill -SEGV $$", "ONNX Runtime ended the process in which the file was tried, with exit code 139; it would end this one, too.")]
    [InlineData("echo double free >&2; kill -ABRT $$", "ONNX Runtime ended the process in which the file was tried, with exit code 134 (double free); it would end this one, too.")]
    public void Load_OfWhatCrashesOnnxRuntime_IsRefused(string process, string reason)
    {
        string path = LongLoop.Write(_folder, above: 100);

        var refusal = Assert.Throws<ModelLoadException>(() => ModelLoader.Load(path, new() { Probe = new("/bin/sh", "-c", process) }));

        Assert.Equal(reason, refusal.Faults[^1].ToString());
    }
}
