using System.Globalization;
using Lstm.Engine;
using Xunit.Abstractions;

namespace Lstm.OnnxRuntime.Tests.IntegerStates;

/// <summary>States and inputs of whole numbers and booleans are exact, bit for bit, beyond 2^24 and 2^53, too.</summary>
public sealed class RandomIntegerStateTests(ITestOutputHelper output) : IDisposable
{
    private const int Graphs = 150;
    private const int Steps = 24;

    private readonly string _folder = Directory.CreateTempSubdirectory("lstm-integers-").FullName;
    private int _steps;
    private int _beyondFloat;
    private int _beyondDouble;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Step_RandomGraphs_EqualsOnnxRuntimeExactly()
    {
        int? single = Setting("LSTM_INTEGER_GRAPH");
        int count = single is null ? Setting("LSTM_INTEGER_GRAPHS") ?? Graphs : 1;
        int first = single ?? Environment.TickCount & 0xfffffff;
        var kinds = new SortedDictionary<string, int>();
        for (int seed = first; seed < first + count; seed++)
        {
            var graph = new IntegerGraph(seed);
            graph.States.ForEach(kind => kinds[kind] = kinds.GetValueOrDefault(kind) + 1);
            string path = graph.Write(Path.Combine(_folder, $"{seed}.onnx"));
            using var reference = OrtModel.Load(path);
            using var model = OrtBackedModel.Load(path, hints: new ModelHints { StatePairs = graph.Pairs });
            Compare(model, new IntegerSeries(reference, graph, seed), $"LSTM_INTEGER_GRAPH={seed} ({string.Join(", ", graph.States)})");
        }
        output.WriteLine($"graphs {first} to {first + count - 1}: {_steps} steps, {_beyondFloat} numbers beyond 2^24, {_beyondDouble} beyond 2^53; states: {string.Join(", ", kinds.Select(static k => $"{k.Value} {k.Key}"))}");
    }

    private void Compare(Model model, IntegerSeries series, string which)
    {
        Assert.Empty(model.Info.NotStreamable);
        ModelState state = model.CreateState();
        state.CopyFrom(StateOf(model.Info, series));
        StepBatch batch = model.CreateBatch(2);
        for (int t = 0; t < Steps; t++)
        {
            var (x, time, active) = series.Draw();
            float[] row = RowOf(model.Info, x, time, active);
            float[] y = new float[model.Info.OutputWords];
            // A session that is saved and restored goes on as if nothing had happened; one of a batch, too.
            ModelState restored = model.CreateState();
            float[] saved = new float[model.Info.StateSize];
            state.CopyTo(saved);
            restored.CopyFrom(saved);
            float[] again = new float[model.Info.OutputWords];
            float[] whole = new float[model.Info.OutputWords];
            ModelState predicted = model.CreateState();
            predicted.CopyFrom(saved);

            var expected = series.Step(x, time, active);
            model.Step(state, row, y);
            batch.Add(restored, row, again);
            batch.Run();
            model.Predict([new Sequence(predicted, 1, row, whole)]);

            AssertOutputs(model.Info, expected, y, $"{which}, step {t + 1}");
            AssertState(model.Info, series, state, $"{which}, step {t + 1}");
            AssertState(model.Info, series, restored, $"{which}, step {t + 1}, restored");
            AssertState(model.Info, series, predicted, $"{which}, step {t + 1}, predicted");
            Assert.Equal(BitsOf(y), BitsOf(again));
            Assert.Equal(BitsOf(y), BitsOf(whole));
            _steps++;
        }
    }

    private static float[] StateOf(ModelInfo info, IntegerSeries series)
    {
        float[] words = new float[info.StateSize];
        foreach (NamedSlice slice in info.States)
        {
            if (slice.IsInteger)
                OrtValues.ToIntegers(series.States[slice.Name].Values).CopyTo(IntegerWords.Of(words.AsSpan(slice.Offset, slice.Words)));
            else
                ((float[])series.States[slice.Name].Values).CopyTo(words.AsSpan(slice.Offset));
        }
        return words;
    }

    private static float[] RowOf(ModelInfo info, float[] x, long time, bool active)
    {
        float[] row = new float[info.InputWords];
        x.CopyTo(row, 0);
        row[2] = time;
        row[3] = active ? 1 : 0;
        IntegerWords.Of(row.AsSpan(info.InputSize))[0] = time;
        return row;
    }

    private void AssertOutputs(ModelInfo info, IReadOnlyDictionary<string, OrtTensor> expected, float[] y, string where)
    {
        int offset = 0;
        int exact = info.OutputSize;
        foreach (TensorInfo tensor in info.Outputs)
        {
            Array values = expected[tensor.Name].Values;
            Assert.Equal(expected[tensor.Name].ToDoubles().Select(static v => (float)v), y.AsSpan(offset, tensor.Size).ToArray());
            if (tensor.IsWide)
            {
                long[] numbers = IntegerWords.Of(y.AsSpan(exact, tensor.Size * IntegerWords.PerInteger)).ToArray();
                Assert.True(OrtValues.ToIntegers(values).SequenceEqual(numbers), $"{where}: {tensor.Name} is {numbers[0]}; expected {values.GetValue(0)}");
                _beyondFloat += numbers.Count(static v => Math.Abs((double)v) > 1 << 24);
                _beyondDouble += numbers.Count(static v => Math.Abs((double)v) > 1L << 53);
                exact += tensor.Size * IntegerWords.PerInteger;
            }
            offset += tensor.Size;
        }
    }

    private static void AssertState(ModelInfo info, IntegerSeries series, ModelState state, string where)
    {
        float[] words = new float[info.StateSize];
        state.CopyTo(words);
        Assert.True(BitsOf(StateOf(info, series)).SequenceEqual(BitsOf(words)), $"{where}: the state differs from that of ONNX Runtime");
    }

    private static int[] BitsOf(float[] words) => [.. words.Select(BitConverter.SingleToInt32Bits)];

    private static int? Setting(string name) => int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out int value) ? value : null;
}
