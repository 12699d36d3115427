using System.Globalization;
using Lstm.Engine;
using Lstm.Tests.Shared.Onnx.StepGraphs;
using Xunit.Abstractions;

namespace Lstm.Models.Tests;

/// <summary>
/// Step graphs of all kinds, loaded and stepped: each gives what ONNX Runtime gives when its states are carried as its author means,
/// at once or with the line of model.json that the refusal suggests.
/// </summary>
public sealed class StepGraphTests(ITestOutputHelper output) : IDisposable
{
    private const int Graphs = 500;
    private const int Steps = 4;

    // Both sum in float32, in another order; values stay within a few units.
    private const float Tolerance = 1e-4f;

    private readonly string _folder = Directory.CreateTempSubdirectory("lstm-steps-").FullName;

    private string Sidecar => Path.Combine(_folder, "model.json");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Step_OfStepGraphs_IsWhatTheirAuthorMeans()
    {
        var seed = Setting("LSTM_STEP_GRAPHS_SEED") ?? Environment.TickCount & 0xfffffff;
        var count = Setting("LSTM_STEP_GRAPHS") ?? Graphs;
        var random = new Random(seed);
        var counts = new SortedDictionary<string, int> { ["native"] = 0, ["onnxruntime"] = 0, ["refused as ambiguous"] = 0, ["wrong"] = 0 };
        List<string> wrong = [];
        for (var n = 0; n < count; n++)
        {
            var choice = StepChoice.Draw(random);
            var graph = new StepGraph(choice);
            if (graph.IsItsOwnTwin)
                continue;
            var (kind, fault) = Judge(graph);
            counts[kind]++;
            if (fault is not null)
                wrong.Add($"{choice}: {fault}");
        }
        counts["wrong"] = wrong.Count;
        output.WriteLine($"seed {seed}, {count} cases: {string.Join(", ", counts.Select(static c => $"{c.Key} {c.Value}"))}");
        Assert.True(wrong.Count == 0, $"seed {seed}, {wrong.Count} wrong:\n{string.Join('\n', wrong.Take(20))}");
    }

    private (string Kind, string? Fault) Judge(StepGraph graph)
    {
        var path = graph.File.Write(Path.Combine(_folder, "model.onnx"));
        File.Delete(Sidecar);
        try
        {
            var model = ModelLoader.Load(path);
            using var _ = model as IDisposable;
            return (model.Info.Backend, StepGraphOracle.FindFault(path, graph, model, Steps, Tolerance));
        }
        catch (ModelLoadException error)
        {
            return ("refused as ambiguous", LoadAsSuggested(path, graph, error));
        }
    }

    private string? LoadAsSuggested(string path, StepGraph graph, ModelLoadException error)
    {
        var meant = SuggestedLines.In(error.Message).Where(line => line.ToHashSet().SetEquals(graph.Pairs)).ToArray();
        if (meant.Length != 1)
            return $"expected one line with the pairs {string.Join(", ", graph.Pairs)} but found {meant.Length} in: {error.Message}";
        File.WriteAllText(Sidecar, $"{{\"state_pairs\": [{string.Join(", ", meant[0].Select(static p => $"[\"{p.Input}\", \"{p.Output}\"]"))}]}}");
        try
        {
            var model = ModelLoader.Load(path);
            using var _ = model as IDisposable;
            return StepGraphOracle.FindFault(path, graph, model, Steps, Tolerance);
        }
        catch (ModelLoadException second)
        {
            return $"with its line in model.json: {second.Message}";
        }
    }

    private static int? Setting(string name) => int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out var value) ? value : null;
}
