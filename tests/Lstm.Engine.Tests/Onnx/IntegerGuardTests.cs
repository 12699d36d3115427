using Lstm.Tests.Shared.Onnx;
using DataType = Lstm.Engine.Onnx.Schema.TensorProto.Types.DataType;

namespace Lstm.Engine.Tests.Onnx;

/// <summary>The native engine computes whole numbers exactly or refuses them.</summary>
public sealed class IntegerGuardTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("lstm-guard-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Step_ProductBeyondFloats_IsRefusedAndLeavesTheState()
    {
        Model model = Load(static (b, token) => b.Node("Mul", [token, b.Integer(31337)]));
        ModelState state = model.CreateState();
        float[] y = new float[model.Info.OutputSize];
        model.Step(state, [1, 535], y);
        float[] before = StateOf(state);

        var refusal = Assert.Throws<InputRefusedException>(() => model.Step(state, [1, 536], new float[y.Length]));

        Assert.Equal(535 * 31337, y[1]);
        Assert.Equal(
            "The node 'Mul_4' (Mul) computes the whole number 16796632; the native engine computes them exactly from -16777215 to 16777215. With \"backend\": \"onnxruntime\" in model.json they have all of their bits.",
            refusal.Message);
        Assert.Equal(before, StateOf(state));
    }

    [Theory]
    [InlineData(255, true)]
    [InlineData(256, false)]
    [InlineData(-1, false)]
    public void Step_NarrowingCast_IsExactOrRefused(float token, bool isTaken)
    {
        Model model = Load(static (b, t) => b.Cast(b.Cast(t, DataType.Uint8), DataType.Int64));
        float[] y = new float[model.Info.OutputSize];

        Exception? refusal = Record.Exception(() => model.Step(model.CreateState(), [1, token], y));

        Assert.Equal(isTaken, refusal is null);
        Assert.Equal(isTaken ? token : 0, y[1]);
    }

    [Fact]
    public void Step_FractionForAnIntegerInput_IsRefused()
    {
        Model model = Load(static (b, token) => b.Node("Neg", [token]));

        Assert.Equal("Expected a whole number from -16777216 to 16777216 at place 1 of the input but got 0.5.", model.FindInputFault([1, 0.5f]));
        Assert.Null(model.FindInputFault([1, -16777216]));
    }

    [Fact]
    public void Load_ConstantBeyondFloats_IsRefusedByNode()
    {
        var error = Assert.Throws<ModelLoadException>(() => Load(static (b, token) => b.Node("Add", [token, b.Integer(1L << 40)])));

        ModelFault fault = Assert.Single(error.Faults);
        Assert.Equal(("Add_4", "Add", ModelFaultKind.Unsupported), (fault.Node, fault.Operator, fault.Kind));
        Assert.Equal("it computes with the whole number 1099511627776; the native engine does so exactly from -16777215 to 16777215.", fault.Reason);
    }

    [Fact]
    public void Load_ConstantsAreFoldedAsWholeNumbers()
    {
        // 2^40 + 1 and 2^40 are one float.
        Model model = Load(static (b, token) => b.Node("Add", [token, b.Node("Sub", [b.Initializer(OnnxTensor.Of([(1L << 40) + 1], 1, 1)), b.Initializer(OnnxTensor.Of([1L << 40], 1, 1))])]));
        float[] y = new float[model.Info.OutputSize];

        model.Step(model.CreateState(), [1, 5], y);

        Assert.Equal(6, y[1]);
    }

    private Model Load(Func<OnnxBuilder, string, string> compute)
    {
        var builder = new OnnxBuilder(17);
        string x = builder.Input("x", "B 1");
        string token = builder.Input("token", "B 1", DataType.Int64);
        string h = builder.Input("h", "B 1");
        string next = builder.Node("Tanh", [builder.Node("Mul", [builder.Node("Add", [x, h]), h])]);
        string number = compute(builder, token);
        builder.Output(next, "B 1", "y");
        builder.Output(number, "B 1", "number", DataType.Int64);
        builder.Output(next, "B 1", "h_next");
        return Model.Load(builder.Write(Path.Combine(_folder, "model.onnx")), new ModelHints { StatePairs = [("h", "h_next")] });
    }

    private static float[] StateOf(ModelState state)
    {
        float[] values = new float[state.Model.Info.StateSize];
        state.CopyTo(values);
        return values;
    }
}
