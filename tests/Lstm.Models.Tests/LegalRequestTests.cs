using System.Globalization;
using Lstm.Engine;
using Lstm.Models.Tests.Axes;
using Lstm.Tests.Shared;
using Xunit.Abstractions;

namespace Lstm.Models.Tests;

/// <summary>
/// What a load promises, a call keeps: every file that loads is predicted and stepped with legal random input. It succeeds or is refused with a reason;
/// anything else would be INTERNAL for a caller.
/// </summary>
public sealed class LegalRequestTests(ITestOutputHelper output) : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("lstm-legal-").FullName;
    private readonly SortedDictionary<string, int> _counts = [];
    private readonly List<string> _faults = [];

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Call_WithLegalInput_SucceedsOrIsRefused()
    {
        var seed = Setting("LSTM_LEGAL_SEED") ?? Environment.TickCount & 0xfffffff;
        var graphs = Setting("LSTM_LEGAL_CASES") ?? 60;
        var random = new Random(seed);
        string[] files = [.. Directory.GetFiles(Repository.Path("tests", "data"), "*.onnx", SearchOption.AllDirectories), .. Directory.GetFiles(Repository.Path("models"), "*.onnx", SearchOption.AllDirectories)];
        // What never ends is stopped from outside, where models are loaded within limits.
        files = [.. files.Where(static f => !f.Contains("endless", StringComparison.Ordinal))];
        foreach (var file in files.Concat((Environment.GetEnvironmentVariable("LSTM_LEGAL_FOLDER") ?? "") is { Length: > 0 } folder ? Directory.GetFiles(folder, "*.onnx", SearchOption.AllDirectories) : []))
            Try(file, file, random);
        for (var n = 0; n < graphs; n++)
        {
            var graph = AxisGraph.Create(seed + n);
            Try(graph.File.Write(Path.Combine(_folder, $"{n}.onnx")), $"graph of seed {seed + n}: {graph.Notes}", random);
        }
        var summary = $"seed {seed}: {string.Join(", ", _counts.Select(static c => $"{c.Value} {c.Key}"))}, {_faults.Count} failed";
        output.WriteLine(summary);
        Assert.True(_faults.Count == 0, $"{summary}\n{string.Join('\n', _faults.Take(10))}");
    }

    private void Try(string path, string what, Random random)
    {
        Model model;
        try
        {
            model = ModelLoader.Load(path);
        }
        catch (ModelLoadException)
        {
            Count("files refused");
            return;
        }
        Count($"files {model.Info.Backend}");
        foreach (var length in (int[])[1, 2, 3, 7, 16, 33, 100])
        {
            if (model.FindLengthFault(length) is null)
                Try("predictions", $"{what}: {length} timesteps", () => Predict(model, length, random));
        }
        if (model.Info.SequenceLength is { } only)
            Try("predictions", $"{what}: {only} timesteps", () => Predict(model, only, random));
        if (model.Info.IsStreamable)
            Try("steps", $"{what}: steps", () => Step(model, random));
        (model as IDisposable)?.Dispose();
    }

    private void Try(string kind, string what, Func<bool> call)
    {
        try
        {
            Count(call() ? kind : $"{kind} refused at the door");
        }
        catch (InputRefusedException)
        {
            Count($"{kind} refused by ONNX Runtime");
        }
        catch (Exception error)
        {
            _faults.Add($"{what}: {error.GetType().Name}: {error.Message}");
        }
    }

    private static bool Predict(Model model, int length, Random random)
    {
        // Several together, of which the second is as long as the first or shorter, if that is allowed.
        int[] lengths = model.FindLengthFault(Math.Max(1, length / 2)) is null ? [length, Math.Max(1, length / 2)] : [length, length];
        Sequence[] sequences = [.. lengths.Select(n => new Sequence(Start(model, random), n, Rows(model, n, random), new float[n * model.Info.OutputSize]))];
        if (sequences.Any(s => model.FindSequenceFault(s.X.Span, s.Length) is not null))
            return false;
        model.Predict(sequences);
        return true;
    }

    private static bool Step(Model model, Random random)
    {
        var (state, y) = (Start(model, random), new float[model.Info.OutputSize]);
        for (var t = 0; t < 4; t++)
        {
            var x = Rows(model, 1, random);
            if (model.FindInputFault(x) is not null)
                return false;
            model.Step(state, x, y);
        }
        return true;
    }

    private static ModelState Start(Model model, Random random) => model.Info.SessionInputs.Count == 0 ? model.CreateState() : model.CreateState(
        [.. model.Info.SessionInputs.Select(i => new SessionInput(i.Name, [.. i.Shape.Select(static n => Math.Max(1, n))], Enumerable.Range(0, i.Shape.Aggregate(1, static (a, n) => a * Math.Max(1, n))).Select(_ => (float)random.Next(2)).ToArray()))]);

    // Floats around zero, small whole numbers; an input without time keeps its values, one with listed values takes one of them.
    private static float[] Rows(Model model, int length, Random random)
    {
        var x = new float[length * model.Info.InputSize];
        var offset = 0;
        foreach (var input in model.Info.Inputs)
        {
            for (var t = 0; t < length; t++)
            {
                for (var n = 0; n < input.Size; n++)
                {
                    var value = input.Values.Count > 0 ? (float)input.Values[random.Next(input.Values.Count)]
                        : input.ElementType.StartsWith("float", StringComparison.Ordinal) ? (4 * random.NextSingle()) - 2
                        : input.ElementType == "bool" ? random.Next(2)
                        : random.Next(5);
                    x[(t * model.Info.InputSize) + offset + n] = input.TimeAxis < 0 && t > 0 ? x[offset + n] : value;
                }
            }
            offset += input.Size;
        }
        return x;
    }

    private void Count(string kind) => _counts[kind] = _counts.GetValueOrDefault(kind) + 1;

    private static int? Setting(string name) => int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out var value) ? value : null;
}
