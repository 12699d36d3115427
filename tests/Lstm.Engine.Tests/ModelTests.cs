namespace Lstm.Engine.Tests;

public sealed class ModelTests
{
    [Fact]
    public void Load_OfBothFormsOfNycTaxi_UnderstandsTheSameStep()
    {
        foreach (string path in new[] { ShippedModels.NycTaxi, ShippedModels.NycTaxiPlain })
        {
            ModelInfo info = Model.Load(path).Info;

            Assert.Equal("native", info.Backend);
            Assert.Equal(["x float32 [5]"], info.Inputs.Select(Describe));
            Assert.Equal(["quantiles float32 [3]"], info.Outputs.Select(Describe));
            Assert.Equal([("LSTM", 5, 64, 17_920L), ("LSTM", 64, 64, 33_024L)], info.Layers.Select(static l => (l.Kind, l.InputSize, l.HiddenSize, l.ParameterCount)));
            Assert.Equal(["layer0.h", "layer0.c", "layer1.h", "layer1.c"], info.States.Select(static s => s.Name));
            Assert.Equal([0, 64, 128, 192], info.States.Select(static s => s.Offset));
            Assert.Equal(["layer0.i", "layer0.f", "layer0.g", "layer0.o", "layer1.i", "layer1.f", "layer1.g", "layer1.o"], info.Gates.Select(static g => g.Name));
            Assert.Equal(1024, info.StateBytes);
            Assert.Matches("^[0-9a-f]{64}$", info.Fingerprint);
            Assert.StartsWith("pytorch", info.Producer, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Load_OfBothFormsOfCharLm_TakesTokens()
    {
        foreach (string path in new[] { ShippedModels.CharLm, ShippedModels.CharLmPlain })
        {
            ModelInfo info = Model.Load(path).Info;

            Assert.Equal(["tokens int64 []"], info.Inputs.Select(Describe));
            Assert.Equal(["logits float32 [65]"], info.Outputs.Select(Describe));
        }
    }

    [Fact]
    public void Step_OfBothForms_IsBitEqual()
    {
        Model state = Model.Load(ShippedModels.NycTaxi);
        Model plain = Model.Load(ShippedModels.NycTaxiPlain);
        ModelState a = state.CreateState();
        ModelState b = plain.CreateState();
        var random = new Random(11);
        for (int step = 0; step < 50; step++)
        {
            float[] x = ShippedModels.TaxiInput(random);
            var y = new float[3];
            var z = new float[3];
            state.Step(a, x, y);
            plain.Step(b, x, z);
            Assert.Equal(y, z);
        }
        Assert.Equal(a.Values.ToArray(), b.Values.ToArray());
    }

    [Theory]
    [InlineData(65f, "Expected a whole number from -65 to 64 at place 0 of the input but got 65. (Parameter 'x')")]
    [InlineData(-66f, "Expected a whole number from -65 to 64 at place 0 of the input but got -66. (Parameter 'x')")]
    [InlineData(0.5f, "Expected a whole number from -65 to 64 at place 0 of the input but got 0.5. (Parameter 'x')")]
    [InlineData(float.NaN, "Expected a whole number from -65 to 64 at place 0 of the input but got NaN. (Parameter 'x')")]
    public void Step_WithTokenOutOfRange_SaysSoAndLeavesTheState(float token, string message)
    {
        Model model = Model.Load(ShippedModels.CharLm);
        ModelState state = model.CreateState();
        var y = new float[65];
        model.Step(state, [1f], y);
        float[] before = state.Values.ToArray();

        var error = Assert.Throws<ArgumentException>(() => model.Step(state, [token], y));

        Assert.Equal(message, error.Message);
        Assert.Equal(before, state.Values.ToArray());
    }

    [Fact]
    public void Step_WithWrongLengths_SaysExpectedAndFound()
    {
        Model model = Model.Load(ShippedModels.NycTaxi);
        ModelState state = model.CreateState();

        Assert.Equal("Expected 5 values (input_size) but got 4. (Parameter 'x')", Assert.Throws<ArgumentException>(() => model.Step(state, new float[4], new float[3])).Message);
        Assert.Equal("Expected 3 values (output_size) but got 2. (Parameter 'y')", Assert.Throws<ArgumentException>(() => model.Step(state, new float[5], new float[2])).Message);
        Assert.Equal("Expected 512 values (gate_size) but got 1. (Parameter 'gates')", Assert.Throws<ArgumentException>(() => model.Step(state, new float[5], new float[3], new float[1])).Message);
        Assert.All(state.Values.ToArray(), static v => Assert.Equal(0f, v));
    }

    [Fact]
    public void Step_WithAnotherModelsState_IsRefused()
    {
        Model model = Model.Load(ShippedModels.NycTaxi);
        ModelState other = Model.Load(ShippedModels.NycTaxiPlain).CreateState();

        string message = Assert.Throws<ArgumentException>(() => model.Step(other, new float[5], new float[3])).Message;

        Assert.Contains("a state steps only with its own model", message, StringComparison.Ordinal);
    }

    [Fact]
    public void CopyFrom_OfACopy_ContinuesBitEqual()
    {
        Model model = Model.Load(ShippedModels.NycTaxi);
        ModelState first = model.CreateState();
        var random = new Random(5);
        var y = new float[3];
        var z = new float[3];
        for (int step = 0; step < 10; step++)
        {
            model.Step(first, ShippedModels.TaxiInput(random), y);
        }
        var saved = new float[model.Info.StateSize];
        first.CopyTo(saved);
        ModelState second = model.CreateState();
        second.CopyFrom(saved);
        float[] x = ShippedModels.TaxiInput(random);
        model.Step(first, x, y);
        model.Step(second, x, z);

        Assert.Equal(y, z);
        first.Reset();
        Assert.All(first.Values.ToArray(), static v => Assert.Equal(0f, v));
        Assert.Throws<ArgumentException>(() => second.CopyFrom(saved.AsSpan(1)));
    }

    private static string Describe(TensorInfo tensor) => $"{tensor.Name} {tensor.ElementType} [{string.Join(", ", tensor.Shape)}]";
}
