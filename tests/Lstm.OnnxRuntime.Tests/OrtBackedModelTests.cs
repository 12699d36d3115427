using Lstm.Engine;
using Lstm.OnnxRuntime.Tests.Reference;

namespace Lstm.OnnxRuntime.Tests;

/// <summary>The zoo in ONNX Runtime behind the model interfaces: stepped, batched, and as whole sequences.</summary>
public sealed class OrtBackedModelTests
{
    // Both sides are float32 of the same kernels; only the order of sums may differ.
    private const float BatchTolerance = 1e-5f;

    // ONNX Runtime refuses layout = 1; node_lstm_only_h0 hands h on and keeps c to itself.
    private static readonly string[] NotHere = ["node_lstm_layout1", "node_rnn_layout1", "node_lstm_only_h0"];

    public static TheoryData<string> BadFiles => [.. Directory.GetFiles(TestData.Path("zoo", "bad"), "*.onnx").Select(static f => Path.GetFileName(f))];

    public static TheoryData<string> Streamable => [.. ZooCase.Names.Except(NotHere).Where(static n => ZooCase.Read(n) is { Form: "state" or "step", Streaming: "exact" })];

    public static TheoryData<string> NotStreamable => [.. ZooCase.Names.Where(static n => ZooCase.Read(n) is { Form: "state", Streaming: "no" })];

    public static TheoryData<string> Plain => [.. ZooCase.Names.Except(NotHere).Where(static n => ZooCase.Read(n).Form == "plain")];

    [Theory, MemberData(nameof(Streamable))]
    public void Step_OverTheWholeSequence_GivesTheReference(string name)
    {
        var reference = ZooCase.Read(name);
        using var model = OrtBackedModel.Load(reference.Model);
        Assert.Empty(model.Info.NotStreamable);
        Assert.Equal("onnxruntime", model.Info.Backend);

        var series = new ZooSeries(model, reference);
        for (var session = 0; session < series.Sessions; session++)
        {
            var state = series.Start(session);
            var y = new float[series.Length * model.Info.OutputSize];
            for (var t = 0; t < series.Length; t++)
                model.Step(state, series.X(session, t), y.AsSpan(t * model.Info.OutputSize, model.Info.OutputSize));
            series.AssertOutputs(session, y, state);
        }
    }

    [Theory, MemberData(nameof(Streamable)), MemberData(nameof(NotStreamable))]
    public void Predict_OfTheWholeSequence_GivesTheReference(string name)
    {
        var reference = ZooCase.Read(name);
        using var model = OrtBackedModel.Load(reference.Model);
        var series = new ZooSeries(model, reference);
        var sequences = series.Sequences();

        model.Predict(sequences);

        for (var session = 0; session < series.Sessions; session++)
            series.AssertOutputs(session, sequences[session].Y.ToArray(), sequences[session].State);
    }

    [Theory, MemberData(nameof(Plain))]
    public void Predict_OfAPlainGraph_GivesTheReference(string name)
    {
        var reference = ZooCase.Read(name);
        // Its sequences have a fixed length and no recurrent node, so that nothing tells the axis.
        var hints = name == "keras3_lstm_loop_last" ? new ModelHints { Layouts = new Dictionary<string, TensorLayout> { ["args_0"] = new(1, 0) } } : null;
        using var model = OrtBackedModel.Load(reference.Model, hints: hints);
        var series = new ZooSeries(model, reference);
        var sequences = series.Sequences();

        model.Predict(sequences);

        Assert.False(model.Info.IsStreamable);
        Assert.Equal("The graph has no state inputs: every run starts anew inside the graph.", Assert.Single(model.Info.NotStreamable).ToString());
        for (var session = 0; session < series.Sessions; session++)
            series.AssertOutputs(session, sequences[session].Y.ToArray(), sequences[session].State);
    }

    [Theory, MemberData(nameof(NotStreamable))]
    public void Step_OfAGraphThatLooksAhead_IsRefusedWithOperatorAndReason(string name)
    {
        using var model = OrtBackedModel.Load(ZooCase.Read(name).Model);

        var error = Assert.Throws<NotStreamableException>(() => model.Step(model.CreateState(), new float[model.Info.InputSize], new float[model.Info.OutputSize]));

        Assert.All(error.Reasons, static r => Assert.Contains(r.Operator, (string[])["LSTM", "GRU"]));
        Assert.Throws<NotStreamableException>(() => model.CreateBatch(2));
    }

    [Fact]
    public void Load_OfAGraphThatKeepsStateToItself_IsNotStreamable()
    {
        using var model = OrtBackedModel.Load(ZooCase.Read("node_lstm_only_h0").Model);

        Assert.Matches(
            @"^The output 'Y' of timestep 1 differs by [\d.]+ between a run over 3 timesteps and 2 single steps with carried state: the graph needs more of other timesteps than its states carry\.$",
            Assert.Single(model.Info.NotStreamable).ToString());
    }

    [Theory, MemberData(nameof(Streamable))]
    public void Run_OfABatch_EqualsTheStepsAlone(string name)
    {
        var path = ZooCase.Read(name).Model;
        using var model = OrtBackedModel.Load(path, new OrtOptions { AllowBatching = true });
        var random = new Random(5);
        const int sessions = 5;
        var batch = model.CreateBatch(sessions);
        Assert.Equal(sessions, batch.Capacity);
        var isInteger = model.Info.Inputs[0].ElementType == "int64";
        ModelState[] together = [.. Enumerable.Range(0, sessions).Select(_ => model.CreateState())];
        ModelState[] alone = [.. Enumerable.Range(0, sessions).Select(_ => model.CreateState())];
        for (var t = 0; t < 3; t++)
        {
            float[][] x = [.. Enumerable.Range(0, sessions).Select(_ => Enumerable.Range(0, model.Info.InputSize).Select(_ => isInteger ? random.Next(3) : (2 * random.NextSingle()) - 1).ToArray())];
            float[][] y = [.. Enumerable.Range(0, sessions).Select(_ => new float[model.Info.OutputSize])];
            for (var n = 0; n < sessions; n++)
                batch.Add(together[n], x[n], y[n]);
            batch.Run();
            Assert.Equal(0, batch.Count);
            for (var n = 0; n < sessions; n++)
            {
                var z = new float[model.Info.OutputSize];
                model.Step(alone[n], x[n], z);
                AssertNear(z, y[n]);
                AssertNear(Copy(alone[n]), Copy(together[n]));
            }
        }
    }

    [Theory]
    [InlineData("torch_lstm_l2_uni_bf_state", int.MaxValue)]
    [InlineData("torch_lstmcell_step", int.MaxValue)]
    [InlineData("torch_vadlike_step", int.MaxValue)]
    [InlineData("torch_lstm_l2_uni_bf_state_fixed1", 1)]
    [InlineData("keras_two_lstm_packed_state", 1)]
    public void Info_WithBatching_SaysHowMany(string name, int most)
    {
        using var allowed = OrtBackedModel.Load(ZooCase.Read(name).Model, new OrtOptions { AllowBatching = true });
        using var forbidden = OrtBackedModel.Load(ZooCase.Read(name).Model);

        Assert.Equal((most, 1), (allowed.Info.MaxBatch, forbidden.Info.MaxBatch));
        Assert.False(allowed.Info.IsBatchInvariant);
        Assert.False(forbidden.Info.IsBatchInvariant);
    }

    [Fact]
    public void Info_OfAState_SaysPairsAndSizes()
    {
        using var model = OrtBackedModel.Load(ZooCase.Read("torch_lstm_l2_uni_bf_state").Model);

        Assert.Equal(["h0 [2, 16]", "c0 [2, 16]"], model.Info.States.Select(static s => $"{s.Name} [{string.Join(", ", s.Shape)}]"));
        Assert.Equal(["h0 -> hn", "c0 -> cn"], model.Info.StatePairs.Select(static p => $"{p.Input} -> {p.Output}"));
        Assert.Equal(("x", "[B, T, 4]", "float32", 4), (model.Info.Inputs[0].Name, model.Info.Inputs[0].Axes, model.Info.Inputs[0].ElementType, model.Info.InputSize));
        Assert.Equal(("y", "[B, T, 16]", 16), (model.Info.Outputs[0].Name, model.Info.Outputs[0].Axes, model.Info.OutputSize));
        Assert.Equal(["LSTM 4 16 forward", "LSTM 16 16 forward"], model.Info.Layers.Select(static l => $"{l.Kind} {l.InputSize} {l.HiddenSize} {l.Direction}"));
        Assert.Equal(0, model.Info.GateSize);
    }

    [Fact]
    public void State_CopiedOutAndIn_ContinuesTheSame()
    {
        using var model = OrtBackedModel.Load(ZooCase.Read("torch_gru_l3_uni_tf_state").Model);
        var (a, b) = (model.CreateState(), model.CreateState());
        float[] x = [1, 2, 3, 4, 5, 6];
        var (y, z) = (new float[model.Info.OutputSize], new float[model.Info.OutputSize]);
        model.Step(a, x, y);

        b.CopyFrom(Copy(a));
        model.Step(a, x, y);
        model.Step(b, x, z);
        Assert.Equal(y, z);
        b.Reset();
        Assert.All(Copy(b), static v => Assert.Equal(0, v));
    }

    [Fact]
    public void Step_WithWrongInput_IsRefusedAndLeavesTheState()
    {
        using var model = OrtBackedModel.Load(ZooCase.Read("torch_embed_state").Model);
        var state = model.CreateState();
        var y = new float[model.Info.OutputSize];
        model.Step(state, [3], y);
        var before = Copy(state);

        Assert.Equal("Expected a whole number from -16777216 to 16777216 at place 0 of the input but got 1.5. (Parameter 'x')", Assert.Throws<ArgumentException>(() => model.Step(state, [1.5f], y)).Message);
        Assert.Equal("Expected 1 values (input_size) but got 2. (Parameter 'x')", Assert.Throws<ArgumentException>(() => model.Step(state, [1, 2], y)).Message);
        Assert.StartsWith($"ONNX Runtime {OrtModel.Version} does not run this step: ", Assert.Throws<InputRefusedException>(() => model.Step(state, [99], y)).Message, StringComparison.Ordinal);
        Assert.Equal(before, Copy(state));
    }

    [Theory, MemberData(nameof(BadFiles))]
    public void Load_OfABrokenFile_IsRefused(string file) =>
        Assert.NotEmpty(Assert.Throws<ModelLoadException>(() => OrtBackedModel.Load(TestData.Path("zoo", "bad", file))).Faults);

    [Theory]
    [InlineData("weight_shape.onnx", "LSTM 'LSTM__3': R has shape [1, 20, 4]; expected [1, 20, 5].")]
    [InlineData("hidden_size.onnx", "LSTM 'LSTM__3': W has shape [1, 20, 3]; expected [1, 24, ?].")]
    public void Load_OfAFileThatOnnxRuntimeLoads_IsRefused(string file, string reason) =>
        Assert.Equal(reason, Assert.Throws<ModelLoadException>(() => OrtBackedModel.Load(TestData.Path("zoo", "bad", file))).Faults[0].ToString());

    private static float[] Copy(ModelState state)
    {
        var values = new float[state.Model.Info.StateSize];
        state.CopyTo(values);
        return values;
    }

    private static void AssertNear(float[] expected, float[] actual)
    {
        for (var n = 0; n < expected.Length; n++)
            Assert.InRange(actual[n], expected[n] - BatchTolerance, expected[n] + BatchTolerance);
    }
}
