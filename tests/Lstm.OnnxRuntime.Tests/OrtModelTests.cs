using Lstm.Engine;

namespace Lstm.OnnxRuntime.Tests;

public sealed class OrtModelTests
{
    private static readonly OrtStatePair[] TaxiPairs = [new("h0", "hn"), new("c0", "cn")];

    [Fact]
    public void Load_StateForm_DescribesPortsInTheFilesOrder()
    {
        using var model = OrtModel.Load(TestData.Path("nyc-taxi", "nyc_taxi_state.onnx"));

        Assert.Equal(["x", "h0", "c0"], model.Inputs.Select(static p => p.Name));
        Assert.Equal(3, model.Outputs.Count);
        Assert.Equal(-1, model.Inputs[0].Shape[0]);
        Assert.Equal(5, model.Inputs[0].Shape[2]);
        Assert.All(model.Inputs, static p => Assert.Equal("float32", p.ElementType));
    }

    [Fact]
    public void Load_Tokens_SaysInt64()
    {
        using var model = OrtModel.Load(TestData.Path("char-lm", "char_lm_state.onnx"));

        Assert.Equal("int64", model.Inputs[0].ElementType);
    }

    [Fact]
    public void Load_AbsentFile_SaysSo()
    {
        var error = Assert.Throws<ModelLoadException>(() => OrtModel.Load("/nowhere/model.onnx"));

        Assert.Equal("Cannot load '/nowhere/model.onnx': There is no such file. Check the path.", error.Message);
    }

    [Theory]
    [InlineData("empty.onnx")]
    [InlineData("text.onnx")]
    [InlineData("truncated.onnx")]
    [InlineData("cycle.onnx")]
    [InlineData("unknown_activation.onnx")]
    public void Load_BrokenFile_PassesOnWhatOnnxRuntimeSays(string name)
    {
        var error = Assert.Throws<ModelLoadException>(() => OrtModel.Load(TestData.Path("zoo", "bad", name)));

        Assert.StartsWith($"ONNX Runtime {OrtModel.Version} says: ", Assert.Single(error.Faults).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_WrongShape_ThrowsArgumentException()
    {
        using var model = OrtModel.Load(TestData.Path("nyc-taxi", "nyc_taxi_plain.onnx"));

        var error = Assert.Throws<ArgumentException>(() => model.Run(new Dictionary<string, OrtTensor> { ["x"] = new([1, 1, 4], new float[4]) }));

        Assert.StartsWith($"ONNX Runtime {OrtModel.Version} does not run this input: ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Step_OneByOne_GivesWhatOneRunGives()
    {
        var x = Trace.Read(TestData.Path("nyc-taxi", "trace_october.json")).Inputs()[..40];
        using var model = OrtModel.Load(TestData.Path("nyc-taxi", "nyc_taxi_state.onnx"));
        using var plain = OrtModel.Load(TestData.Path("nyc-taxi", "nyc_taxi_plain.onnx"));
        using var stepper = new OrtStepper(model, TaxiPairs);
        var whole = plain.Run(new Dictionary<string, OrtTensor> { [plain.Inputs[0].Name] = new([40, 1, 5], x.SelectMany(static v => v).ToArray()) });
        var expected = whole[plain.Outputs[0].Name].ToDoubles();
        var largest = new Largest("ONNX Runtime stepped against whole");
        var y = new float[3];

        for (var t = 0; t < x.Length; t++)
        {
            stepper.Step(x[t], y);
            largest.Add(y, expected.AsSpan(3 * t, 3), $"step {t + 1}");
        }

        largest.AssertWithin(ParityTolerance.TaxiY);
    }

    [Fact]
    public void State_WrittenInto_IsWhatTheNextStepStartsFrom()
    {
        using var model = OrtModel.Load(TestData.Path("nyc-taxi", "nyc_taxi_state.onnx"));
        using var one = new OrtStepper(model, TaxiPairs);
        using var two = new OrtStepper(model, TaxiPairs);
        float[] x = [15000, 0, 1, 0, 1];
        var (y1, y2) = (new float[3], new float[3]);
        one.Step(x, y1);
        one.State("h0").CopyTo(two.State("h0"));
        one.State("c0").CopyTo(two.State("c0"));

        one.Step(x, y1);
        two.Step(x, y2);

        Assert.Equal(y1, y2);
    }

    [Fact]
    public void Step_WrongLength_SaysExpectedAndFound()
    {
        using var model = OrtModel.Load(TestData.Path("nyc-taxi", "nyc_taxi_state.onnx"));
        using var stepper = new OrtStepper(model, TaxiPairs);

        var error = Assert.Throws<ArgumentException>(() => stepper.Step(new float[4], new float[3]));

        Assert.Equal("Expected 5 input and 3 output values but got 4 and 3.", error.Message);
    }

    [Fact]
    public void Constructor_UnknownState_NamesTheInputs()
    {
        using var model = OrtModel.Load(TestData.Path("nyc-taxi", "nyc_taxi_state.onnx"));

        var error = Assert.Throws<ArgumentException>(() => new OrtStepper(model, [new("hidden", "hn")]));

        Assert.Equal("Expected one of the inputs x, h0, c0 but found 'hidden'.", error.Message);
    }
}
