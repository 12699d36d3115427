using System.Globalization;
using Lstm.Engine;
using Xunit.Abstractions;

namespace Lstm.OnnxRuntime.Tests.SessionInputs;

/// <summary>Graphs whose states start from facts about the series: native sessions, opened with the facts, give what ONNX Runtime gives for the whole sequence.</summary>
public sealed class CovariateTests(ITestOutputHelper output) : IDisposable
{
    // Values are around 1; three layers of float32 on both sides.
    private const float Tolerance = 2e-5f;
    private const int Graphs = 300;
    private const int Sessions = 3;

    private readonly string _folder = Directory.CreateTempSubdirectory("lstm-covariates-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Step_FromAStartOfFacts_EqualsOnnxRuntime()
    {
        int first = Setting("LSTM_COVARIATES_SEED") ?? Environment.TickCount & 0xfffffff;
        int count = Setting("LSTM_COVARIATES") ?? Graphs;
        var counts = new SortedDictionary<string, int>(StringComparer.Ordinal);
        var faults = new List<string>();
        for (int seed = first; seed < first + count; seed++)
        {
            string path = Path.Combine(_folder, "model.onnx");
            CovariateGraph graph = CovariateGraph.Write(seed, path);
            try
            {
                string fault = Compare(graph, path);
                if (fault.Length > 0)
                    faults.Add($"{seed} ({graph.Form}): {fault}");
            }
            catch (Exception e) when (e is ModelLoadException or ArgumentException)
            {
                faults.Add($"{seed} ({graph.Form}): {e.Message}");
            }
            foreach (string key in new[] { $"start {graph.Start}", $"joined {graph.Joins}" })
                counts[key] = counts.GetValueOrDefault(key) + 1;
        }
        output.WriteLine($"seeds {first} to {first + count - 1}: {string.Join(", ", counts.Select(static c => $"{c.Key} {c.Value}"))}; {faults.Count} wrong");

        Assert.True(faults.Count == 0, $"{faults.Count} of {count} graphs; LSTM_COVARIATES_SEED=SEED LSTM_COVARIATES=1 runs one of them again.\n{string.Join('\n', faults.Take(10))}");
    }

    private static string Compare(CovariateGraph graph, string path)
    {
        using OrtModel reference = OrtModel.LoadAsWritten(path);
        Model model = Model.Load(path);
        if (!model.Info.IsStreamable || model.Info.InputSize != graph.InputSize)
            return $"streams: {model.Info.IsStreamable}, input_size {model.Info.InputSize}";
        var random = new Random(graph.Seed);
        var sequences = new List<Sequence>();
        var expected = new List<float[]>();
        var batch = new BatchOf(model, Sessions);
        for (int n = 0; n < Sessions; n++)
        {
            int length = random.Next(1, 7);
            long category = graph.Categories > 0 ? random.Next(graph.Categories) : 0;
            float[] covariates = Draw(random, graph.Covariates);
            float[] x = Draw(random, length * graph.InputSize);
            expected.Add((float[])reference.Run(graph.Inputs(x, category, covariates))["y"].Values);
            SessionInput[] inputs = [.. Given(graph, category, covariates)];
            sequences.Add(new Sequence(model.CreateState(inputs), length, x, new float[length * CovariateGraph.OutputSize]));
            batch.Open(model.CreateState(inputs), x);
        }
        model.Predict(sequences);
        for (int n = 0; n < Sessions; n++)
        {
            if (Differ(expected[n], sequences[n].Y.Span) is { } predicted)
                return $"predicted: {predicted}";
        }
        float[][] stepped = batch.Run();
        for (int n = 0; n < Sessions; n++)
        {
            if (!stepped[n].AsSpan().SequenceEqual(sequences[n].Y.Span))
                return "stepped otherwise than predicted";
        }
        return "";
    }

    private static IEnumerable<SessionInput> Given(CovariateGraph graph, long category, float[] covariates)
    {
        if (graph.Covariates > 0)
            yield return new SessionInput("cov", [covariates.Length], covariates);
        if (graph.Categories > 0)
            yield return new SessionInput("cat", null, new float[] { category });
    }

    private static string? Differ(float[] expected, ReadOnlySpan<float> actual)
    {
        for (int n = 0; n < expected.Length; n++)
        {
            if (!(Math.Abs(expected[n] - actual[n]) <= Tolerance * (1 + Math.Abs(expected[n]))))
                return $"y[{n}] is {actual[n]:G9}, expected {expected[n]:G9}";
        }
        return null;
    }

    private static float[] Draw(Random random, int count) => [.. Enumerable.Range(0, count).Select(_ => (2 * random.NextSingle()) - 1)];

    private static int? Setting(string name) => int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out int value) ? value : null;

    // Sessions of different lengths that step together, and go back to their start in the end.
    private sealed class BatchOf(Model model, int capacity)
    {
        private readonly StepBatch _batch = model.CreateBatch(capacity);
        private readonly List<(ModelState State, float[] X, float[] Y)> _open = [];

        public void Open(ModelState state, float[] x) => _open.Add((state, x, new float[x.Length / model.Info.InputSize * model.Info.OutputSize]));

        public float[][] Run()
        {
            for (int round = 0; round < 2; round++)
            {
                for (int t = 0; t < _open.Max(s => s.X.Length / model.Info.InputSize); t++)
                {
                    foreach (var (state, x, y) in _open.Where(s => s.X.Length / model.Info.InputSize > t))
                        _batch.Add(state, x.AsMemory(t * model.Info.InputSize, model.Info.InputSize), y.AsMemory(t * model.Info.OutputSize, model.Info.OutputSize));
                    _batch.Run();
                }
                _open.ForEach(static s => s.State.Reset());
            }
            return [.. _open.Select(static s => s.Y)];
        }
    }
}
