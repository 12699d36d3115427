using Lstm.Engine;
using Lstm.Tests.Shared.Onnx;
using DataType = Lstm.Engine.Onnx.Schema.TensorProto.Types.DataType;

namespace Lstm.OnnxRuntime.Tests;

/// <summary>Operators in forms that people export and the random graphs do not draw, stepped natively and run whole in ONNX Runtime.</summary>
public sealed class OperatorParityTests : IDisposable
{
    private const int Steps = 17;

    // Both sides sum in float32, in different orders.
    private const float Tolerance = 1e-5f;

    // Around an operator, from x [T, B, 3] to [T, B, ?].
    private static readonly Dictionary<string, Func<OnnxBuilder, string, string>> OfFloats = new()
    {
        ["clip, min above max"] = static (f, x) => f.Node("Clip", [x, f.Floats([0.5f]), f.Floats([-0.5f])]),
        ["vector"] = static (f, x) => f.Unsqueeze(f.Node("MatMul", [x, f.Floats([0.1f, -0.2f, 0.3f], 3)]), 2),
        ["constant by signal"] = static (f, x) => f.Node("Div", [f.Floats([1, 2, 3], 3), f.Node("Add", [f.Node("Abs", [x]), f.Floats([1])])]),
        ["late by padding and cutting"] = static (f, x) => f.Slice(f.Node("Pad", [x, f.Integers(2, 0, 0, 0, 0, 0)]), [0], [0], [-2]),
        ["late by padding and cutting at T"] = static (f, x) => f.Node("Slice", [f.Node("Pad", [x, f.Integers(1, 0, 0, 0, 0, 0), f.Floats([0.25f])]), f.Integers(0), Length(f, x), f.Integers(0)]),
        ["late by cutting the padding's start"] = static (f, x) => f.Slice(f.Node("Pad", [x, f.Integers(3, 0, 0, 1, 0, 0)]), [0], [1], [-3]),
        ["late by negative padding"] = static (f, x) => f.Node("Pad", [x, f.Integers(3, 0, 0, -3, 0, 0), f.Floats([-1])]),
        ["late twice"] = static (f, x) => f.Node("Add", [f.Node("Pad", [x, f.Integers(1, 0, 0, -1, 0, 0)]), f.Node("Pad", [f.Node("Tanh", [x]), f.Integers(2, 0, 0, -2, 0, 0)])]),
        ["mean as a sum by the length"] = static (f, x) => f.Node("Div", [f.Reduce("ReduceSum", x, true, 0), f.Cast(Length(f, x), DataType.Float)]),
        ["less the mean of the sequence"] = static (f, x) => f.Node("Sub", [x, f.Reduce("ReduceMean", x, true, 0)]),
        ["how much of the sequence"] = static (f, x) => f.Node("Div", [f.Node("CumSum", [x, f.Integer(0)]), f.Cast(Length(f, x), DataType.Float)]),
        ["loop with the mean of the sequence"] = static (f, x) => Loop(f, x, f.Reduce("ReduceMean", x, false, 0)),
        ["loop with the mean of the sequence handed on"] = static (f, x) => Loop(f, x, f.Reduce("ReduceMean", x, false, 0), isCarried: true),
        ["padded and cut again"] = static (f, x) => f.Slice(f.Node("Pad", [x, f.Integers(2, 0, 0, 1, 0, 0)]), [0], [2], [-1]),
    };

    // From integers t [T, B] to integers [T, B].
    private static readonly Dictionary<string, Func<OnnxBuilder, string, string>> OfIntegers = new()
    {
        ["quotient"] = static (f, t) => f.Node("Div", [t, f.Integer(3)]),
        ["quotient of a constant"] = static (f, t) => f.Node("Div", [f.Integer(100), f.Node("Add", [f.Node("Abs", [t]), f.Integer(7)])]),
        ["root"] = static (f, t) => f.Node("Pow", [f.Node("Abs", [t]), f.Floats([0.5f])]),
        ["mean"] = static (f, t) => f.Node("ReduceMean", [f.Node("Concat", [f.Unsqueeze(t, 2), f.Unsqueeze(f.Node("Mul", [t, t]), 2)], ("axis", 2))], ("axes", new long[] { 2 }), ("keepdims", 0)),
    };

    // From y [T, B, 3] to its last timestep [B, 3].
    private static readonly Dictionary<string, Func<OnnxBuilder, string, string>> OfTheEnd = new()
    {
        ["gather at T - 1"] = static (f, y) => f.Squeeze(f.Node("Gather", [y, f.Node("Sub", [Length(f, y), f.Integers(1)])], ("axis", 0)), 0),
        ["slice from T - 1"] = static (f, y) => f.Squeeze(f.Node("Slice", [y, f.Node("Sub", [Length(f, y), f.Integers(1)]), f.Integers(long.MaxValue), f.Integers(0)]), 0),
    };

    private readonly string _path = Path.GetTempFileName();

    public static TheoryData<string> FloatNames => [.. OfFloats.Keys];

    public static TheoryData<string> IntegerNames => [.. OfIntegers.Keys];

    public static TheoryData<string> EndNames => [.. OfTheEnd.Keys];

    public void Dispose() => File.Delete(_path);

    [Theory, MemberData(nameof(FloatNames))]
    public void Step_OfFloats_EqualsOnnxRuntime(string name)
    {
        var file = new OnnxBuilder(17);
        file.Output(OfFloats[name](file, Summed(file, file.Input("x", "T B 3"))), "T B ?", "y");

        Compare(file, static random => (random.NextSingle() * 4) - 2);
    }

    [Theory, MemberData(nameof(IntegerNames))]
    public void Step_OfIntegers_EqualsOnnxRuntime(string name)
    {
        var file = new OnnxBuilder(17);
        file.Output(file.Cast(OfIntegers[name](file, Summed(file, file.Input("t", "T B", DataType.Int64))), DataType.Float), "T B", "y");

        Compare(file, static random => random.Next(-20, 20));
    }

    [Theory, MemberData(nameof(EndNames))]
    public void Step_OfTheLastTimestep_EqualsOnnxRuntime(string name)
    {
        var file = new OnnxBuilder(17);
        file.Output(OfTheEnd[name](file, Summed(file, file.Input("x", "T B 3"))), "B 3", "y");

        Compare(file, static random => random.NextSingle());
    }

    [Fact]
    public void Load_OfASequenceThatComesEarly_RunsItWhole()
    {
        var file = new OnnxBuilder(17);
        file.Output(file.Node("Pad", [Summed(file, file.Input("x", "T B 3")), file.Integers(-2, 0, 0, 2, 0, 0)]), "T B 3", "y");

        var model = Compare(file, static random => random.NextSingle());

        Assert.Equal("Pad 'Pad_4': it looks 2 timesteps ahead, which a stream does not know yet.", Assert.Single(model.Info.NotStreamable).ToString());
    }

    [Theory]
    [InlineData("Sub", "Sub 'Sub_7': [1, T, B, 3] and [T, 1, B, 3] are broadcast to [T, T, B, 3], which joins every timestep or session with every other.")]
    [InlineData("Einsum", "Einsum 'Einsum_3': it multiplies [T, B, 3] by [T, B, 3], which joins every timestep or session with every other.")]
    public void Load_OfEveryTimestepWithEveryOther_IsRefused(string op, string reason)
    {
        // Of all pairs of timesteps a row would hold those of a timestep with itself.
        var file = new OnnxBuilder(17);
        var x = Summed(file, file.Input("x", "T B 3"));
        var y = op == "Einsum" ? file.Node("Einsum", [x, x], ("equation", "tbi,sbi->tsb")) : file.Node("Sub", [file.Unsqueeze(x, 0), file.Unsqueeze(x, 1)]);
        file.Output(y, op == "Einsum" ? "T T B" : "T T B 3", "y");

        var error = Assert.Throws<ModelLoadException>(() => Model.Load(file.Write(_path)));

        Assert.Equal(reason, error.Faults[0].ToString());
        Assert.Equal(ModelFaultKind.Unsupported, error.Faults[0].Kind);
    }

    // A graph without any state is no recurrent network; this one remembers a sum.
    private static string Summed(OnnxBuilder file, string x)
    {
        file.Output(file.Node("CumSum", [file.Cast(x, DataType.Float), file.Integer(0)]), "T B ?", "sum");
        return x;
    }

    // s(t) = s(t−1) + x(t)·outer; the outer value belongs to the whole sequence.
    private static string Loop(OnnxBuilder file, string x, string outer, bool isCarried = false)
    {
        var body = file.Subgraph();
        string i = body.Input("i", "", DataType.Int64);
        string condition = body.Input("goes_on", "", DataType.Bool);
        string s = body.Input("s", "? 3");
        string factor = isCarried ? body.Input("factor", "? 3") : outer;
        body.Output(condition, "", "still_goes_on", DataType.Bool);
        string next = body.Node("Add", [s, body.Node("Mul", [body.Node("Gather", [x, i], ("axis", 0)), factor])]);
        string result = body.Node("Identity", [next]);
        body.Output(next, "? 3");
        if (isCarried)
        {
            body.Output(factor, "? 3", "same_factor");
        }
        body.Output(result, "? 3");
        string[] inputs = [file.Squeeze(Length(file, x), 0), "", file.Floats([0, 0, 0], 1, 3), .. isCarried ? [outer] : Array.Empty<string>()];
        return file.Nodes("Loop", [.. inputs.Skip(2).Select(static _ => true), true], inputs, ("body", body.Graph))[^1];
    }

    private static string Length(OnnxBuilder file, string x) => file.Slice(file.Node("Shape", [x]), [0], [0], [1]);

    private Model Compare(OnnxBuilder file, Func<Random, float> draw)
    {
        var model = Model.Load(file.Write(_path));
        var random = new Random(3);
        float[] x = [.. Enumerable.Range(0, Steps * model.Info.InputSize).Select(_ => draw(random))];
        using var peer = OrtModel.LoadAsWritten(_path);
        var port = Assert.Single(peer.Inputs);
        long[] shape = [Steps, 1, .. port.Shape.Skip(2)];
        float[] expected = [.. peer.Run(new Dictionary<string, OrtTensor> { [port.Name] = OrtTensor.FromFloats(port.ElementType, shape, x) })["y"].ToDoubles().Select(static v => (float)v)];

        var whole = new float[Steps * model.Info.OutputSize];
        model.Predict([new Sequence(model.CreateState(), Steps, x, whole)]);
        Near(expected, whole, model.Info);
        if (!model.Info.IsStreamable)
            return model;
        var state = model.CreateState();
        var stepped = new float[whole.Length];
        for (var t = 0; t < Steps; t++)
            model.Step(state, x.AsSpan(t * model.Info.InputSize, model.Info.InputSize), stepped.AsSpan(t * model.Info.OutputSize, model.Info.OutputSize));
        Near(expected, stepped, model.Info);
        return model;
    }

    // What the peer gives is y alone; what the engine gives has y behind the sum, in every timestep.
    private static void Near(float[] expected, float[] actual, ModelInfo info)
    {
        var sizes = info.Outputs.ToDictionary(static o => o.Name, static o => o.Size);
        float[] y = [.. actual.Chunk(info.OutputSize).SelectMany(step => step[sizes["sum"]..])];
        Assert.Equal(info.Outputs.Single(static o => o.Name == "y").EveryStep ? y.Length : sizes["y"], expected.Length);
        for (var n = 0; n < expected.Length; n++)
            Assert.InRange(y[y.Length - expected.Length + n], expected[n] - Tolerance, expected[n] + Tolerance);
    }
}
