using System.Globalization;
using Lstm.Engine;
using Lstm.Tests.Shared.Onnx;
using Xunit.Abstractions;
using DataType = Lstm.Engine.Onnx.Schema.TensorProto.Types.DataType;

namespace Lstm.OnnxRuntime.Tests.SequenceLengths;

/// <summary>
/// Graphs that count their sequence_lens over the whole sequence, padded before, between and after: whole sequences give what ONNX Runtime
/// gives, and what streams gives after every step what ONNX Runtime gives for the timesteps so far.
/// </summary>
public sealed class SequenceLengthTests(ITestOutputHelper output) : IDisposable
{
    private const int Graphs = 2000;
    private const float Tolerance = 2e-5f;

    private readonly string _path = Path.GetTempFileName();

    public void Dispose() => File.Delete(_path);

    [Fact]
    public void Predict_WithComputedLengths_EqualsOnnxRuntime()
    {
        int? single = Setting("LSTM_LENGTHS_SEED");
        int count = single is null ? Setting("LSTM_LENGTHS") ?? Graphs : 1;
        int first = single ?? Environment.TickCount & 0xfffffff;
        var counts = new Dictionary<string, int> { ["native"] = 0, ["onnxruntime"] = 0, ["streaming"] = 0, ["refused"] = 0, ["wrong"] = 0 };
        var wrong = new List<string>();
        for (int seed = first; seed < first + count; seed++)
        {
            var graph = new LengthGraph(seed);
            graph.Write(_path);
            (string kind, string? fault) = Judge(graph, new Random(seed));
            counts[kind]++;
            if (fault is not null)
            {
                counts["wrong"]++;
                wrong.Add($"seed {seed} ({graph}): {fault}");
            }
        }
        output.WriteLine($"seeds {first} to {first + count - 1}: {count} cases, {string.Join(", ", counts.Select(static c => $"{c.Value} {c.Key}"))}");

        Assert.True(wrong.Count == 0, $"{wrong.Count} of {count} are wrong; LSTM_LENGTHS_SEED=SEED runs one of them again.\n{string.Join('\n', wrong.Take(20))}");
        Assert.Equal(0, counts["refused"]);
    }

    [Theory]
    [InlineData(false, "native", "sequence_lens is computed from the whole sequence; a stream does not know yet how it ends.")]
    [InlineData(true, "onnxruntime", "its sequence_lens is computed from the values of the input 'x': it counts timesteps of a whole sequence.")]
    public void Load_WithComputedLengths_SaysWhyItDoesNotStream(bool bySize, string backend, string reason)
    {
        var file = new OnnxBuilder(12);
        string x = file.Input("x", "T B 1");
        string mask = file.Squeeze(file.Node("Sign", [file.Node("Abs", [x])]), 2);
        string count = bySize ? file.Unsqueeze(file.Node("Size", [file.Node("NonZero", [file.Squeeze(mask, 1)])]), 0) : file.Reduce("ReduceSum", mask, false, 0);
        string lens = file.Cast(count, DataType.Int32);
        string h0 = file.Input("h0", "1 B 2");
        string[] y = file.Nodes("GRU", [true, true], [x, file.Floats(new float[6], 1, 6, 1), file.Floats(new float[12], 1, 6, 2), "", lens, h0], ("hidden_size", 2));
        file.Output(y[0], "T 1 B 2", "y");
        file.Output(y[1], "1 B 2", "hn");
        file.Write(_path);

        Model model = Load();

        Assert.Equal(backend, model.Info.Backend);
        Assert.Contains(reason, model.Info.NotStreamable.Select(static f => f.Reason));
        (model as IDisposable)?.Dispose();
    }

    private (string Kind, string? Fault) Judge(LengthGraph graph, Random random)
    {
        Model model;
        try
        {
            model = Load();
        }
        catch (ModelLoadException e)
        {
            return ("refused", $"refused: {e.Message}");
        }
        using var reference = OrtModel.LoadAsWritten(_path);
        Sequence[] sequences = [.. Enumerable.Range(0, 4).Select(_ => Draw(model, graph, random))];
        model.Predict(sequences);
        string? fault = sequences.Select(s => Compare(model, graph, reference, s, s.Length, s.Y.Span[((s.Length - 1) * model.Info.OutputSize)..], s.Y.Span)).FirstOrDefault(static f => f is not null);
        string kind = model.Info.IsStreamable ? "streaming" : model.Info.Backend == "native" ? "native" : "onnxruntime";
        if (fault is null && model.Info.IsStreamable)
        {
            fault = sequences.Select(s => Step(model, graph, reference, s)).FirstOrDefault(static f => f is not null);
        }
        if (fault is null && kind == "native" && graph.HasState)
        {
            // What the native engine runs whole may be stepped in ONNX Runtime.
            using var other = OrtBackedModel.Load(_path, notNative: model.Info.NotStreamable);
            fault = other.Info.IsStreamable ? "ONNX Runtime would step it" : null;
        }
        (model as IDisposable)?.Dispose();
        return (kind, fault);
    }

    private Model Load()
    {
        try
        {
            return Model.Load(_path);
        }
        catch (ModelLoadException native) when (native.Faults.All(static f => f.Kind != ModelFaultKind.Wrong))
        {
            return OrtBackedModel.Load(_path, notNative: native.Faults);
        }
    }

    // Padding before, between, after, or all over it.
    private static Sequence Draw(Model model, LengthGraph graph, Random random)
    {
        int length = random.Next(1, 10);
        int place = random.Next(5);
        int from = random.Next(length + 1);
        bool IsPadding(int t) => place switch { 0 => t < from, 1 => t >= from, 2 => t == from, 3 => random.Next(2) == 0, _ => false };
        float[] x = [.. Enumerable.Range(0, length).SelectMany(t => graph.Timestep(IsPadding(t)))];
        return new Sequence(model.CreateState(), length, x, new float[length * model.Info.OutputSize]);
    }

    private static string? Step(Model model, LengthGraph graph, OrtModel reference, Sequence sequence)
    {
        ModelState state = model.CreateState();
        var y = new float[model.Info.OutputSize];
        for (int t = 0; t < sequence.Length; t++)
        {
            model.Step(state, sequence.X.Span.Slice(t * model.Info.InputSize, model.Info.InputSize), y);
            if (Compare(model, graph, reference, sequence, t + 1, y, []) is { } fault)
            {
                return $"step {t + 1}: {fault}";
            }
        }
        return null;
    }

    // The last timestep of the first so many, and where all are given, all.
    private static string? Compare(Model model, LengthGraph graph, OrtModel reference, Sequence sequence, int length, ReadOnlySpan<float> last, ReadOnlySpan<float> all)
    {
        (int first, int size) = (model.Info.Outputs.TakeWhile(static o => o.Name != "y").Sum(static o => o.Size), model.Info.Outputs.Single(static o => o.Name == "y").Size);
        double[] expected = Run(graph, reference, sequence.X.Span, model.Info.InputSize, length)["y"].ToDoubles();
        if (expected.Length == size)
        {
            return Differ(last.Slice(first, size), expected);
        }
        if (expected.Length != size * length)
        {
            return $"y has {expected.Length} values for {length} timesteps of {size}";
        }
        for (int t = 0; t < (all.IsEmpty ? 0 : length); t++)
        {
            if (Differ(all.Slice((t * model.Info.OutputSize) + first, size), expected.AsSpan(t * size, size)) is { } fault)
            {
                return $"timestep {t + 1} of {length}: {fault}";
            }
        }
        return Differ(last.Slice(first, size), expected.AsSpan()[^size..]);
    }

    private static IReadOnlyDictionary<string, OrtTensor> Run(LengthGraph graph, OrtModel reference, ReadOnlySpan<float> x, int inputSize, int length)
    {
        var inputs = new Dictionary<string, OrtTensor>();
        int first = 0;
        foreach (OrtPort port in reference.Inputs)
        {
            if (graph.States.TryGetValue(port.Name, out long[]? shape))
            {
                inputs[port.Name] = OrtTensor.FromFloats("float32", shape, new float[shape.Aggregate(1L, static (product, n) => product * n)]);
                continue;
            }
            int size = port.Name == "x" ? graph.Features : 1;
            var values = new float[length * size];
            for (int t = 0; t < length; t++)
            {
                x.Slice((t * inputSize) + first, size).CopyTo(values.AsSpan(t * size));
            }
            long[] leading = graph.Time == 0 ? [length, 1] : [1, length];
            inputs[port.Name] = OrtTensor.FromFloats(port.ElementType, port.Name == "x" ? [.. leading, size] : leading, values);
            first += size;
        }
        return reference.Run(inputs);
    }

    private static string? Differ(ReadOnlySpan<float> actual, ReadOnlySpan<double> expected)
    {
        for (int n = 0; n < actual.Length; n++)
        {
            if (!(Math.Abs(actual[n] - expected[n]) <= Tolerance * (1 + Math.Abs(expected[n]))))
            {
                return $"y[{n}] is {actual[n]:G9}, expected {expected[n]:G9}";
            }
        }
        return null;
    }

    private static int? Setting(string name) => int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out int value) ? value : null;
}
