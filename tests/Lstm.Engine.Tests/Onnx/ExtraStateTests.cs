using Lstm.Tests.Shared.Onnx;

namespace Lstm.Engine.Tests.Onnx;

/// <summary>State beyond h and c: past frames, running values, what a caller's frames begin with.</summary>
public sealed class ExtraStateTests : IDisposable
{
    // Rounding of one float32 result, twice over.
    private const double TwoRoundings = 2.0 / (1 << 23);

    private readonly string _path = Path.GetTempFileName();

    public void Dispose() => File.Delete(_path);

    [Theory]
    [InlineData("ReduceMean")]
    [InlineData("ReduceSum")]
    [InlineData("ReduceMax")]
    [InlineData("ReduceMin")]
    [InlineData("ReduceSumSquare")]
    [InlineData("ReduceL2")]
    public void Step_ReductionOverTime_StaysExactOverMoreThanAMillionSteps(string reduction)
    {
        // Beyond 2^20 steps the count is carried; a plain float32 sum would be off in the third digit by then.
        const int Steps = (1 << 20) + 1000;
        var builder = new OnnxBuilder(17);
        builder.Input("x", "T B 1");
        builder.Output(builder.Reduce(reduction, "x", keepDims: false, 0), "B 1");
        Model model = Model.Load(builder.Write(_path));
        var random = new Random(5);
        ModelState state = model.CreateState();
        float[] x = new float[1];
        float[] y = new float[1];
        (double sum, double squares, double most, double least) = (0, 0, double.NegativeInfinity, double.PositiveInfinity);
        for (int t = 1; t <= Steps; t++)
        {
            x[0] = 1f + random.NextSingle();
            model.Step(state, x, y);
            sum += x[0];
            squares += (double)(x[0] * x[0]);
            (most, least) = (Math.Max(most, x[0]), Math.Min(least, x[0]));
        }
        double expected = reduction switch
        {
            "ReduceMean" => sum / Steps,
            "ReduceSum" => sum,
            "ReduceMax" => most,
            "ReduceMin" => least,
            "ReduceSumSquare" => squares,
            _ => Math.Sqrt(squares),
        };

        Assert.InRange(y[0], expected * (1 - TwoRoundings), expected * (1 + TwoRoundings));
    }

    [Fact]
    public void Step_MeanOverZerosBeforeTheSequence_CountsThem()
    {
        var builder = new OnnxBuilder(17);
        builder.Input("x", "B 1 T");
        string padded = builder.Node("Pad", ["x", builder.Integers(0, 0, 1, 0, 0, 0)]);
        builder.Output(builder.Node("AveragePool", [padded], ("kernel_shape", new[] { 2 })), "B 1 T");
        Model model = Model.Load(builder.Write(_path));
        ModelState state = model.CreateState();
        float[] y = new float[1];

        float[] all = [.. Enumerable.Range(1, 3).Select(t =>
        {
            model.Step(state, [t], y);
            return y[0];
        })];

        Assert.Equal([0.5f, 1.5f, 2.5f], all);
    }

    [Fact]
    public void Load_CausalConvolution_KeepsItsPastFramesAsState()
    {
        var builder = new OnnxBuilder(17);
        builder.Input("x", "B 2 T");
        string padded = builder.Node("Pad", ["x", builder.Integers(0, 0, 4, 0, 0, 0)]);
        builder.Output(builder.Node("Conv", [padded, builder.Floats([1, 2, 3, 10, 20, 30], 1, 2, 3)], ("dilations", new[] { 2 })), "B 1 T");
        Model model = Model.Load(builder.Write(_path));

        NamedSlice past = Assert.Single(model.Info.States);
        Assert.Equal("past0.x", past.Name);
        Assert.Equal([4, 2], past.Shape);
        ModelState state = model.CreateState();
        float[] y = new float[1];
        float[] all = [.. Enumerable.Range(1, 6).Select(t =>
        {
            model.Step(state, [t, 0.1f * t], y);
            return y[0];
        })];
        // y(t) = 1·a(t−4) + 2·a(t−2) + 3·a(t) + the same of b with tenfold weights on a tenth.
        Assert.Equal([6f, 12f, 18f + 4f, 24f + 8f, 30f + 12f + 2f, 36f + 16f + 4f], all.Select(static v => MathF.Round(v, 3)));
    }

    [Fact]
    public void Load_WithFrameContext_PrependsPastSamples()
    {
        var builder = new OnnxBuilder(17);
        builder.Input("x", "B 5");
        builder.Input("h", "B 2");
        string sum = builder.Node("Add", [builder.Node("MatMul", ["x", builder.Floats([.. Enumerable.Range(0, 10).Select(static n => 0.1f * n)], 5, 2)]), builder.Node("MatMul", ["h", builder.Floats([0.5f, -0.2f, 0.1f, 0.3f], 2, 2)])]);
        string next = builder.Node("Tanh", [sum]);
        builder.Output(next, "B 2", "h_next");
        builder.Output(builder.Node("Neg", [next]), "B 2", "y");
        builder.Write(_path);
        Model plain = Model.Load(_path);
        Model framed = Model.Load(_path, new ModelHints { FrameContext = 2 });

        Assert.Equal((5, 3, 2), (plain.Info.InputSize, framed.Info.InputSize, framed.Info.FrameContext));
        Assert.Equal(["context", "h"], framed.Info.States.Select(static s => s.Name));
        (ModelState a, ModelState b) = (plain.CreateState(), framed.CreateState());
        float[] samples = [0, 0, .. Enumerable.Range(1, 12).Select(static n => MathF.Sin(n))];
        for (int t = 0; t < 4; t++)
        {
            float[] expected = new float[2];
            float[] found = new float[2];
            plain.Step(a, samples.AsSpan(3 * t, 5), expected);
            framed.Step(b, samples.AsSpan((3 * t) + 2, 3), found);
            Assert.Equal(expected, found);
        }
    }

    [Fact]
    public void Load_WithFrameContextAsLongAsTheFrame_SaysWhatIsExpected()
    {
        var fault = Assert.Throws<ModelLoadException>(() => Model.Load(ShippedModels.NycTaxi, new ModelHints { FrameContext = 5 }));

        Assert.Equal(
            "The input 'x' of shape [T, B, 5] cannot begin with 5 past samples (frame_context); expected one input of floats, and a last axis longer than that.",
            Assert.Single(fault.Faults).ToString());
    }

    [Fact]
    public void Load_NamedPairsThatContradictTheGraph_AreRefused()
    {
        var fault = Assert.Throws<ModelLoadException>(() => Model.Load(ShippedModels.NycTaxi, new ModelHints { StatePairs = [("h0", "cn"), ("c0", "hn")] }));

        Assert.Equal(
            [
                "In state_pairs in model.json: the output 'cn' is named as the next value of 'h0', but the graph computes that in 'hn'.",
                "In state_pairs in model.json: the output 'hn' is named as the next value of 'c0', but the graph computes that in 'cn'.",
            ],
            fault.Faults.Select(static f => f.ToString()));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("Relu")]
    public void Load_ConvolutionThatLooksAtWhatAnotherLeftBeyondTheEnd_IsRefused(string? between)
    {
        var fault = Assert.Throws<ModelLoadException>(() => Model.Load(TwoConvolutions(between, [0, 0])));

        Assert.Equal(
            "it looks at what another node computed beyond the last timestep, in [B, 1, T+2]; only what lies within the sequence is kept.",
            Assert.Single(fault.Faults).Reason);
    }

    [Fact]
    public void Load_ConvolutionsThatLookBackAndAreCutAtTheEnd_Stream()
    {
        Model model = Model.Load(TwoConvolutions("Relu", [2, 2], cut: 4));

        Assert.True(model.Info.IsStreamable);
        Assert.Equal(["past0.x", "past1.x"], model.Info.States.Select(static s => s.Name));
        ModelState state = model.CreateState();
        float[] y = new float[1];
        float[] all = [.. Enumerable.Range(1, 4).Select(t =>
        {
            model.Step(state, [t], y);
            return y[0];
        })];
        // a(t) = x(t) + 10·x(t−1) + 100·x(t−2): 1, 12, 123, 234; y of a alike.
        Assert.Equal([1f, 22f, 343f, 2664f], all);
    }

    private string TwoConvolutions(string? between, int[] pads, int cut = 0)
    {
        var builder = new OnnxBuilder(17);
        builder.Input("x", "B 1 T");
        string first = builder.Node("Conv", ["x", builder.Floats([100, 10, 1], 1, 1, 3)], ("pads", new[] { 2, 2 }));
        first = between is null ? first : builder.Node(between, [first]);
        string second = builder.Node("Conv", [first, builder.Floats([100, 10, 1], 1, 1, 3)], ("pads", pads));
        builder.Output(cut == 0 ? second : builder.Slice(second, [2], [0], [-cut]), "B 1 T");
        return builder.Write(_path);
    }
}
