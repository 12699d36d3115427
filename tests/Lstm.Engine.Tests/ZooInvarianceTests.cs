using Lstm.Engine.Kernels;
using Lstm.Tests.Shared;

namespace Lstm.Engine.Tests;

/// <summary>Every graph of the zoo gives the same bits alone and together with others, on every vector width, and in whole sequences of different lengths.</summary>
public sealed class ZooInvarianceTests
{
    // Longer than any look-back of the zoo, and different, so that sequences end one by one.
    private static readonly int[] Lengths = [9, 4, 7, 1, 9];

    public static TheoryData<string> Cases =>
        [.. Directory.GetDirectories(Repository.Path("tests", "data", "zoo")).Where(static d => File.Exists(Path.Combine(d, "model.onnx"))).Select(static d => Path.GetFileName(d)).Order(StringComparer.Ordinal)];

    [Theory, MemberData(nameof(Cases))]
    public void Predict_AloneAndTogetherOnEveryWidth_GivesTheSameBits(string name)
    {
        string path = Repository.Path("tests", "data", "zoo", name, "model.onnx");
        float[][]? expected = null;
        foreach (VectorWidth width in VectorWidths.Available)
        {
            NativeModel model = NativeModel.Load(path, width);
            Sequence[] together = Create(model);
            model.Predict(together);
            float[][] alone = [.. Create(model).Select(sequence =>
            {
                model.Predict([sequence]);
                return ResultOf(sequence);
            })];

            Assert.Equal(alone, together.Select(ResultOf));
            expected ??= alone;
            Assert.Equal(expected, alone);
        }
    }

    [Theory, MemberData(nameof(Cases))]
    public void Predict_OfStreamableModel_EqualsItsSteps(string name)
    {
        Model model = Model.Load(Repository.Path("tests", "data", "zoo", name, "model.onnx"));
        if (!model.Info.IsStreamable)
        {
            Assert.Throws<NotStreamableException>(() => model.Step(model.CreateState(), new float[model.Info.InputSize], new float[model.Info.OutputSize]));
            Assert.Throws<NotStreamableException>(() => model.CreateBatch(1));
            return;
        }
        Sequence whole = Create(model)[0];
        model.Predict([whole]);

        ModelState state = model.CreateState();
        float[] y = new float[model.Info.OutputSize];
        for (int t = 0; t < whole.Length; t++)
        {
            model.Step(state, whole.X.Span.Slice(t * model.Info.InputSize, model.Info.InputSize), y);
            Assert.Equal(whole.Y.Slice(t * y.Length, y.Length).ToArray(), y);
        }
    }

    private static Sequence[] Create(Model model)
    {
        var random = new Random(11);
        return [.. Lengths.Select(any =>
        {
            int length = model.Info.SequenceLength ?? any;
            float[] x = new float[length * model.Info.InputSize];
            int place = 0;
            for (int t = 0; t < length; t++)
            {
                foreach (TensorInfo input in model.Info.Inputs)
                {
                    for (int n = 0; n < input.Size; n++, place++)
                    {
                        // sequence_lens holds for the whole sequence; tokens of the zoo go up to 20 and more.
                        x[place] = input.TimeAxis < 0 && model.Info.Inputs.Count > 1 ? Math.Max(1, length - 2)
                            : input.ElementType.StartsWith("int", StringComparison.Ordinal) || model.FindInputFault(Half(model)) is not null ? random.Next(5)
                            : (random.NextSingle() * 2) - 1;
                    }
                }
            }
            return new Sequence(model.CreateState(), length, x, new float[length * model.Info.OutputSize]);
        })];
    }

    // A fraction, which only tokens refuse.
    private static float[] Half(Model model)
    {
        float[] x = new float[model.Info.InputSize];
        Array.Fill(x, 0.5f);
        return x;
    }

    // What counts: every step of outputs that have every step, the last step of the others, and the state.
    private static float[] ResultOf(Sequence sequence)
    {
        ModelInfo info = sequence.State.Model.Info;
        var result = new List<float>();
        for (int t = 0; t < sequence.Length; t++)
        {
            int offset = t * info.OutputSize;
            foreach (TensorInfo output in info.Outputs)
            {
                if (output.EveryStep || t == sequence.Length - 1)
                {
                    result.AddRange(sequence.Y.Span.Slice(offset, output.Size));
                }
                offset += output.Size;
            }
        }
        float[] state = new float[info.StateSize];
        sequence.State.CopyTo(state);
        return [.. result, .. state];
    }
}
