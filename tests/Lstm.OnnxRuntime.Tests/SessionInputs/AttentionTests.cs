using System.Globalization;
using Lstm.Engine;
using Xunit.Abstractions;

namespace Lstm.OnnxRuntime.Tests.SessionInputs;

/// <summary>Decoders with attention over a context of any length: sessions with contexts of their own give what ONNX Runtime gives when a client carries the state.</summary>
public sealed class AttentionTests(ITestOutputHelper output) : IDisposable
{
    private const float Tolerance = 1e-5f;
    private const int Graphs = 60;
    private const int Sessions = 4;
    private const int Steps = 4;

    private readonly string _folder = Directory.CreateTempSubdirectory("lstm-attention-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Step_WithContextsOfManyLengths_EqualsOnnxRuntime()
    {
        int first = Setting("LSTM_ATTENTION_SEED") ?? Environment.TickCount & 0xfffffff;
        int count = Setting("LSTM_ATTENTION") ?? Graphs;
        var counts = new SortedDictionary<string, int>(StringComparer.Ordinal);
        var faults = new List<string>();
        for (int seed = first; seed < first + count; seed++)
        {
            string path = Path.Combine(_folder, $"{seed}.onnx");
            AttentionGraph graph = AttentionGraph.Write(seed, path);
            try
            {
                if (Compare(graph, path) is { Length: > 0 } fault)
                    faults.Add($"{seed} ({graph.Form}): {fault}");
            }
            catch (Exception e) when (e is ModelLoadException or ArgumentException or NotStreamableException)
            {
                faults.Add($"{seed} ({graph.Form}): {e.Message}");
            }
            foreach (string key in new[] { graph.Score, $"mask {graph.Mask}", graph.IsOverTime ? "over time" : "one step" })
                counts[key] = counts.GetValueOrDefault(key) + 1;
        }
        output.WriteLine($"seeds {first} to {first + count - 1}: {string.Join(", ", counts.Select(static c => $"{c.Key} {c.Value}"))}; {faults.Count} wrong");

        Assert.True(faults.Count == 0, $"{faults.Count} of {count} graphs; LSTM_ATTENTION_SEED=SEED LSTM_ATTENTION=1 runs one of them again.\n{string.Join('\n', faults.Take(10))}");
    }

    private static string Compare(AttentionGraph graph, string path)
    {
        using OrtModel reference = OrtModel.LoadAsWritten(path);
        using OrtBackedModel model = OrtBackedModel.Load(path);
        if (!model.Info.IsStreamable || model.Info.InputSize != 1 || model.Info.OutputSize != AttentionGraph.OutputSize)
            return $"input_size {model.Info.InputSize}, output_size {model.Info.OutputSize}, {string.Join(" ", model.Info.NotStreamable)}";
        if (graph.GivesWeights != model.Info.Remarks.Any(static r => r.Reason.Contains("'weights'", StringComparison.Ordinal)))
            return "the weights are left out without a word";
        var random = new Random(graph.Seed);
        Expected[] sessions = [.. Enumerable.Range(0, Sessions).Select(_ => Expected.Run(reference, graph, random, Steps))];
        // All at once, a batch at a time: contexts of different lengths must not meet.
        ModelState[] states = [.. sessions.Select(s => model.CreateState(s.Inputs))];
        StepBatch batch = model.CreateBatch(Sessions);
        for (int t = 0; t < Steps; t++)
        {
            float[][] y = [.. sessions.Select(static _ => new float[AttentionGraph.OutputSize])];
            for (int n = 0; n < Sessions; n++)
                batch.Add(states[n], new float[] { sessions[n].Tokens[t] }, y[n]);
            batch.Run();
            for (int n = 0; n < Sessions; n++)
            {
                if (Differ(sessions[n].Y[t], y[n]) is { } fault)
                    return $"session {n}, step {t + 1}: {fault}";
            }
        }
        Sequence[] sequences = [.. sessions.Select(s => new Sequence(model.CreateState(s.Inputs), Steps, Array.ConvertAll(s.Tokens, static n => (float)n), new float[Steps * AttentionGraph.OutputSize]))];
        model.Predict(sequences);
        for (int n = 0; n < Sessions; n++)
        {
            if (Differ([.. sessions[n].Y.SelectMany(static y => y)], sequences[n].Y.Span) is { } fault)
                return $"sequence {n}: {fault}";
            if (!sequences[n].State.Inputs.Select(static i => i.Name).SequenceEqual(model.Info.SessionInputs.Select(static i => i.Name)))
                return "the state has lost its inputs";
        }
        return "";
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

    private static int? Setting(string name) => int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out int value) ? value : null;

    /// <summary>One session as a client of ONNX Runtime has it.</summary>
    private sealed record Expected(SessionInput[] Inputs, long[] Tokens, float[][] Y)
    {
        public static Expected Run(OrtModel reference, AttentionGraph graph, Random random, int steps)
        {
            int length = random.Next(1, 9);
            float[] context = [.. Enumerable.Range(0, length * graph.ContextSize).Select(_ => (2 * random.NextSingle()) - 1)];
            // The first place is always seen.
            float[] mask = [.. Enumerable.Range(0, length).Select(n => n == 0 || random.Next(3) > 0 ? 1f : 0f)];
            long[] tokens = [.. Enumerable.Range(0, steps).Select(_ => random.NextInt64(AttentionGraph.Tokens))];
            var hidden = new OrtTensor([1, 1, graph.HiddenSize], new float[graph.HiddenSize]);
            var y = new float[steps][];
            for (int t = 0; t < steps; t++)
            {
                var inputs = new Dictionary<string, OrtTensor>
                {
                    ["token"] = new(graph.IsOverTime ? [1, 1] : [1], new[] { tokens[t] }),
                    ["hidden"] = hidden,
                    ["context"] = new([1, length, graph.ContextSize], context),
                };
                if (graph.Mask != "none")
                    inputs["mask"] = OrtTensor.FromFloats(graph.Mask == "bool" ? "bool" : "float32", [1, length], mask);
                IReadOnlyDictionary<string, OrtTensor> outputs = reference.Run(inputs);
                (y[t], hidden) = ((float[])outputs["y"].Values, outputs["hidden_out"]);
            }
            SessionInput[] given = [new SessionInput("context", [length, graph.ContextSize], context)];
            return new Expected(graph.Mask == "none" ? given : [new SessionInput("mask", null, mask), .. given], tokens, y);
        }
    }
}
