using Lstm.Engine;
using Lstm.Tests.Shared.Onnx;
using DataType = Lstm.Engine.Onnx.Schema.TensorProto.Types.DataType;

namespace Lstm.OnnxRuntime.Tests.IntegerStates;

/// <summary>tests/data/integers/model.onnx, which other test projects serve: what is in it, and that its states are whole numbers and booleans.</summary>
public sealed class IntegerModelTests
{
    private static readonly string File = TestData.Path("integers", "model.onnx");

    [Fact]
    public void Bytes_AreWhatTheBuilderWrites()
    {
        byte[] bytes = Build().ToBytes();
        if (Environment.GetEnvironmentVariable("LSTM_WRITE_DATA") is not null)
            System.IO.File.WriteAllBytes(File, bytes);

        Assert.Equal(bytes, System.IO.File.ReadAllBytes(File));
    }

    [Fact]
    public void Load_ThePairsAreNamed_DescribesTypesAndWords()
    {
        using var model = OrtBackedModel.Load(File, hints: new ModelHints { StatePairs = [("h", "h_next"), ("count", "count_next"), ("seen", "seen_next"), ("last", "last_next")] });

        Assert.Equal(["h float32 0 2", "count int64 2 2", "seen bool 4 2", "last int64 6 2"], model.Info.States.Select(static s => $"{s.Name} {s.ElementType} {s.Offset} {s.Words}"));
        Assert.Equal((4, 6, 4, 8), (model.Info.InputSize, model.Info.InputWords, model.Info.OutputSize, model.Info.OutputWords));
        Assert.Equal((8, 32), (model.Info.StateSize, model.Info.StateBytes));
    }

    [Fact]
    public void LoadNatively_SaysWhyNot()
    {
        var error = Assert.Throws<ModelLoadException>(() => Model.Load(File, new ModelHints { StatePairs = [("h", "h_next"), ("count", "count_next"), ("seen", "seen_next"), ("last", "last_next")] }));

        Assert.Equal(
            [
                "The state 'count' is of type int64; the native engine keeps states of floating-point numbers.",
                "The state 'seen' is of type bool; the native engine keeps states of floating-point numbers.",
                "The state 'last' is of type int64; the native engine keeps states of floating-point numbers.",
            ],
            error.Faults.Select(static f => f.ToString()));
        Assert.All(error.Faults, static f => Assert.Equal(ModelFaultKind.Unsupported, f.Kind));
    }

    [Fact]
    public void Step_WholeNumbersAsFloats_IsTheSameAsExactly()
    {
        using var model = OrtBackedModel.Load(File, hints: new ModelHints { StatePairs = [("h", "h_next"), ("count", "count_next"), ("seen", "seen_next"), ("last", "last_next")] });
        (ModelState floats, ModelState exact) = (model.CreateState(), model.CreateState());
        (float[] y, float[] z) = (new float[4], new float[8]);
        float[] row = [0.5f, -0.5f, 1000, 1, 0, 0];
        IntegerWords.Of(row.AsSpan(4))[0] = 1000;

        model.Step(floats, row.AsSpan(0, 4), y);
        model.Step(exact, row, z);

        Assert.Equal(y, z[..4]);
        Assert.Equal(1000, z[3]);
        Assert.Equal([1, 1000], IntegerWords.Of(z.AsSpan(4)).ToArray());
        Assert.Equal("Expected a whole number from -16777216 to 16777216 at place 2 of the input but got 0.5.", model.FindInputFault([0, 0, 0.5f, 0]));
        Assert.Equal("Expected a whole number from 0 to 1 at place 3 of the input but got 2.", model.FindInputFault([0, 0, 0, 2, 0, 0]));
    }

    private static OnnxBuilder Build()
    {
        var builder = new OnnxBuilder(17);
        string x = builder.Input("x", "B 2");
        string time = builder.Input("time", "B 1", DataType.Int64);
        string active = builder.Input("active", "B 1", DataType.Bool);
        string h = builder.Input("h", "B 2");
        string count = builder.Input("count", "B 1", DataType.Int64);
        string seen = builder.Input("seen", "B 1", DataType.Bool);
        string last = builder.Input("last", "B 1", DataType.Int64);
        string next = builder.Node("Tanh", [builder.Node("Add", [x, builder.Node("Mul", [h, builder.Floats([0.5f])])])]);
        string counted = builder.Node("Add", [count, builder.Integer(1)]);
        builder.Output(next, "B 2", "y");
        builder.Output(builder.Output(counted, "B 1", "count_next", DataType.Int64), "B 1", "frames", DataType.Int64);
        builder.Output(builder.Node("Sub", [time, last]), "B 1", "since", DataType.Int64);
        builder.Output(next, "B 2", "h_next");
        builder.Output(builder.Node("Or", [seen, active]), "B 1", "seen_next", DataType.Bool);
        builder.Output(builder.Node("Where", [active, time, last]), "B 1", "last_next", DataType.Int64);
        return builder;
    }
}
