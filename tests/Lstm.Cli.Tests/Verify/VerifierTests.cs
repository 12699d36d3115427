using Lstm.Cli.Verify;
using Lstm.Engine;

namespace Lstm.Cli.Tests.Verify;

/// <summary>Does verify notice an engine that is wrong?</summary>
public sealed class VerifierTests
{
    [Theory]
    [InlineData(1, "nyc-taxi", "nyc_taxi_plain.onnx")]
    [InlineData(20, "nyc-taxi", "nyc_taxi_state.onnx")]
    [InlineData(1, "char-lm", "char_lm_plain.onnx")]
    [InlineData(20, "char-lm", "char_lm_state.onnx")]
    [InlineData(1, "zoo", "torch_lstm_l1_uni_bf_plain", "model.onnx")]
    [InlineData(1, "zoo", "torch_lstm_l2_uni_bf_state", "model.onnx")]
    [InlineData(1, "zoo", "torch_lstm_l2_uni_bf_state_fixed1", "model.onnx")]
    [InlineData(5, "zoo", "torch_lstm_l1_uni_tf_plain_fixedseq", "model.onnx")]
    public void Verify_EngineThatLosesItsState_FailsAgainstOnnxRuntime(int every, params string[] path)
    {
        var verifier = new Verifier(file => new ForgetfulModel(Model.Load(file), every));

        var verdict = verifier.Verify(Assert.Single(VerifyTarget.FindAll(VerifyData.Path(path))));

        Assert.False(verdict.Ok);
        Assert.Contains("Against ONNX Runtime", verdict.Why, StringComparison.Ordinal);
        Assert.True(verdict.MaxAbs > verdict.Allowed);
    }

    [Theory]
    [InlineData("torch_lstm_l1_uni_bf_plain")]
    [InlineData("torch_lstm_l2_uni_bf_state")]
    public void Verify_EngineThatLosesItsState_FailsAgainstTheReferences(string name)
    {
        var verifier = new Verifier(file => new ForgetfulModel(Model.Load(file), every: 3));

        var verdict = verifier.Verify(Assert.Single(VerifyTarget.FindAll(VerifyData.Path("zoo", name))));

        Assert.False(verdict.Ok);
        Assert.StartsWith("Against float64 references: ", verdict.Why, StringComparison.Ordinal);
    }

    [Fact]
    public void Verify_EngineThatThrows_IsToldOnTheModelsLine()
    {
        var verifier = new Verifier(static _ => throw new InvalidOperationException("a fault\nin two lines"));

        var path = VerifyData.Path("zoo", "node_gru_lbr0", "model.onnx");
        var verdict = verifier.Verify(new VerifyTarget("m.onnx", path, []));

        Assert.Equal(("InvalidOperationException: a fault\nin two lines", 1), (verdict.Why, verdict.ExitCode));
    }

    [Fact]
    public void Verify_EngineThatRefuses_GivesAllReasons()
    {
        var verifier = new Verifier(static path => throw new ModelLoadException(path, [new("a", "Conv", "No."), new("b", "Loop", "Neither.")]));

        var verdict = verifier.Verify(new VerifyTarget("m.onnx", VerifyData.Path("zoo", "node_gru_lbr0", "model.onnx"), []));

        Assert.Equal((Outcome.Refused, "native", "Conv 'a': No. Loop 'b': Neither.", 3), (verdict.Outcome, verdict.Backend, verdict.Why, verdict.ExitCode));
    }

    [Fact]
    public void Verify_EngineThatTakesTimeForTheBatch_IsDifferent()
    {
        using var data = new VerifyData();
        var file = Path.Combine(data.Folder, "m.onnx");
        File.Copy(VerifyData.Path("exports", "streams", "one_hot_sum_mean.onnx"), file);
        File.WriteAllText(Path.ChangeExtension(file, ".json"), """{"backend": "onnxruntime", "inputs": {"x": {"time_axis": 1, "batch_axis": 0}}}""");

        var run = VerifyRun.Of(file, "--json");

        var line = Assert.Single(run.Json());
        Assert.Equal(("different", 1), (line.GetProperty("verdict").GetString(), run.ExitCode));
        Assert.Equal("The engine takes an axis for the batch along which rows of 'y' depend on each other: it may be time. Name time_axis and batch_axis in model.json.", line.GetProperty("why").GetString());
    }
}
