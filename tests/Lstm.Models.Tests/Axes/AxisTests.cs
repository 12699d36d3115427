using System.Globalization;
using System.Text.RegularExpressions;
using Lstm.Engine;
using Lstm.OnnxRuntime;
using Xunit.Abstractions;

namespace Lstm.Models.Tests.Axes;

/// <summary>
/// Random layouts: every graph is read as it is meant, or refused with readings of which one is meant; with that line in model.json it is right.
/// The truth is ONNX Runtime, run by hand over the whole sequence.
/// </summary>
public sealed partial class AxisTests(ITestOutputHelper output) : IDisposable
{
    // Both do the same sums of float32 in another order.
    private const float Tolerance = 2e-5f;
    private readonly string _folder = Directory.CreateTempSubdirectory("lstm-axes-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Load_OfARandomLayout_ReadsItAsMeantOrAsks()
    {
        var seed = Setting("LSTM_AXES_SEED") ?? Environment.TickCount & 0xfffffff;
        var cases = Setting("LSTM_AXES_CASES") ?? 300;
        var counts = new SortedDictionary<string, int>();
        List<string> wrong = [];
        for (var n = 0; n < cases; n++)
        {
            var graph = AxisGraph.Create(seed + n);
            var (verdict, fault) = Judge(graph);
            counts[verdict] = counts.GetValueOrDefault(verdict) + 1;
            if (fault is not null)
                wrong.Add($"seed {seed + n}: {graph.Notes}: {fault}");
        }
        var summary = $"seed {seed}, {cases} cases: {string.Join(", ", counts.Select(static c => $"{c.Value} {c.Key}"))}, {wrong.Count} wrong";
        output.WriteLine(summary);
        Assert.True(wrong.Count == 0, $"{summary}\n{string.Join('\n', wrong.Take(10))}");
    }

    private (string Verdict, string? Fault) Judge(AxisGraph graph)
    {
        var path = graph.File.Write(Path.Combine(_folder, "model.onnx"));
        var json = Path.Combine(_folder, "model.json");
        File.Delete(json);
        var asked = "";
        // First the states may be unclear, then the axes.
        for (var round = 0; ; round++)
        {
            try
            {
                var model = ModelLoader.Load(path);
                return ($"{asked}{model.Info.Backend}", FindFault(graph, model, path));
            }
            catch (ModelLoadException error)
            {
                var answer = Answer(graph, string.Join(" ", error.Faults.Select(static f => f.ToString())));
                if (answer is null || round == 2)
                    return ($"{asked}refused", $"{(File.Exists(json) ? File.ReadAllText(json) : "")}: {error.Message}");
                File.WriteAllText(json, answer);
                asked = "asked, then ";
            }
        }
    }

    // What is meant for each input that is unclear, as the messages say it; null when they do not.
    private static string? Answer(AxisGraph graph, string texts)
    {
        const string noStates = "\"state_pairs\": []";
        string[] lines = [.. Lines().Matches(texts).Select(static m => m.Value)];
        string?[] meant = [.. graph.Inputs.Where(i => lines.Any(l => l.Contains($"\"{i.Name}\": {{", StringComparison.Ordinal))).Select(i => Meant(i, lines))];
        return meant.Contains(null) ? null : lines.Length > 0 ? $"{{{noStates}, \"inputs\": {{{string.Join(", ", meant)}}}}}" : texts.Contains(noStates, StringComparison.Ordinal) ? $"{{{noStates}}}" : null;
    }

    private static string? Meant(AxisGraph.Input input, string[] lines)
    {
        var fitting = lines.Where(l => l.Contains($"\"{input.Name}\": {{", StringComparison.Ordinal)).FirstOrDefault(l =>
            Says(l, "time_axis") is var t && (t is null || t == input.Time) && Says(l, "batch_axis") is var b && (b is null || b == input.Batch));
        return fitting?["{\"inputs\": {".Length..^2].Replace("N", $"{input.Width}", StringComparison.Ordinal);
    }

    private static int? Says(string line, string field) =>
        Regex.Match(line, $"\"{field}\": (\\d+)") is { Success: true } match ? int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture) : null;

    private static string? FindFault(AxisGraph graph, Model model, string path)
    {
        foreach (var (input, found) in graph.Inputs.Zip(model.Info.Inputs))
        {
            if (found.TimeAxis != input.Time || found.Size != input.Width)
                return $"{input.Name} is read as {found.Axes}, but its time is on axis {input.Time}";
        }
        using var reference = OrtModel.Load(path);
        var random = new Random(5);
        var isWindow = graph.Inputs[0].Time < 0;
        foreach (var length in graph.Length is { } only ? (int[])[isWindow ? 1 : only] : [1, 3, 8])
        {
            if (model.FindLengthFault(length) is { } refusal)
                return refusal;
            var tensors = graph.Inputs.ToDictionary(static i => i.Name, i =>
            {
                var shape = i.ShapeOf(length);
                return new OrtTensor(shape, Enumerable.Range(0, (int)shape.Aggregate(1L, static (a, b) => a * b)).Select(_ => (2 * random.NextSingle()) - 1).ToArray());
            });
            var expected = reference.Run(tensors)["y"];
            var sequence = new Sequence(model.CreateState(), length, Rows(graph, tensors, length), new float[length * model.Info.OutputSize]);
            model.Predict([sequence, new Sequence(model.CreateState(), length, Rows(graph, tensors, length), new float[length * model.Info.OutputSize])]);
            var values = expected.ToDoubles();
            var size = model.Info.OutputSize;
            var everyStep = values.Length == length * size && length > 1;
            var got = everyStep ? sequence.Y.Span : sequence.Y.Span[((length - 1) * size)..];
            for (var n = 0; n < values.Length; n++)
            {
                if (!(Math.Abs(values[n] - got[n]) <= Tolerance))
                    return $"over {length} timesteps value {n} of {values.Length} is {got[n]}, expected {values[n]}";
            }
        }
        return null;
    }

    // Timestep by timestep, all inputs one after the other.
    private static float[] Rows(AxisGraph graph, Dictionary<string, OrtTensor> tensors, int length) => [.. Enumerable.Range(0, length).SelectMany(t => graph.Inputs.SelectMany(i =>
    {
        var all = (float[])tensors[i.Name].Values;
        return i.Time < 0 ? all : Enumerable.Range(0, i.Width).Select(f => all[i.Time == i.Rank - 1 ? (f * length) + t : (t * i.Width) + f]);
    }))];

    private static int? Setting(string name) => int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out var value) ? value : null;

    [GeneratedRegex("""\{"inputs": \{"[^"]+": \{[^{}]*\}\}\}""")]
    private static partial Regex Lines();
}
