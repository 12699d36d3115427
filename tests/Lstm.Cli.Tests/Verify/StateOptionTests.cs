namespace Lstm.Cli.Tests.Verify;

/// <summary>Which input is a state, verify takes from someone else than the engine: what is said wins, what nobody says is only confirmed where the file leaves no choice.</summary>
public sealed class StateOptionTests : IDisposable
{
    private readonly VerifyData _data = new();

    public void Dispose() => _data.Dispose();

    [Fact]
    public void Verify_ToldTheRightStates_IsSameAndSaysWhichItUsed()
    {
        var run = VerifyRun.Of(Bare("exports", "streams", "lstm_cell.onnx"), "--state", "hidden=hidden_out", "--state", "cell=cell_out", "--json");

        var line = Assert.Single(run.Json());
        Assert.Equal("same", line.GetProperty("verdict").GetString());
        Assert.Equal("""[["hidden","hidden_out"],["cell","cell_out"]]""", line.GetProperty("pairs").GetRawText());
        Assert.Equal("--state", line.GetProperty("pairs_from").GetString());
        Assert.Equal(20140701, line.GetProperty("seed").GetInt32());
        Assert.Equal(0, run.ExitCode);
    }

    [Fact]
    public void Verify_EngineThatFollowsAWrongModelJson_IsDifferent()
    {
        var file = Bare("exports", "streams", "lstm_cell.onnx");
        File.WriteAllText(Path.ChangeExtension(file, ".json"), """{"state_pairs": [["hidden", "cell_out"], ["cell", "hidden_out"]]}""");

        var run = VerifyRun.Of(file, "--state", "hidden=hidden_out", "--state", "cell=cell_out", "--json");

        var line = Assert.Single(run.Json());
        Assert.Equal("different", line.GetProperty("verdict").GetString());
        Assert.Equal("The engine carries hidden → cell_out, cell → hidden_out, but by --state it is hidden → hidden_out, cell → cell_out.", line.GetProperty("why").GetString());
        Assert.Equal(1, run.ExitCode);
    }

    [Fact]
    public void Verify_EngineThatFollowsAWrongModelJson_DiffersFromTheReferences()
    {
        var folder = _data.Copy("zoo", "torch_lstmcell_step");
        File.WriteAllText(Path.Combine(folder, "model.json"), """{"state_pairs": [["h0", "cn0"], ["c0", "hn0"], ["h1", "hn1"], ["c1", "cn1"]]}""");

        var run = VerifyRun.Of(folder, "--json");

        var line = Assert.Single(run.Json());
        Assert.Equal("different", line.GetProperty("verdict").GetString());
        Assert.Equal(1, run.ExitCode);
    }

    [Fact]
    public void Verify_EngineThatFollowsAWrongModelJson_DiffersFromTheRecurrentNodes()
    {
        var file = Bare("zoo", "torch_lstm_l2_uni_bf_state", "model.onnx");
        File.WriteAllText(Path.ChangeExtension(file, ".json"), """{"backend": "onnxruntime", "state_pairs": [["h0", "cn"], ["c0", "hn"]]}""");

        var run = VerifyRun.Of(file, "--json");

        var line = Assert.Single(run.Json());
        Assert.Equal(("different", 1), (line.GetProperty("verdict").GetString(), run.ExitCode));
        Assert.Equal("By model.json it is h0 → cn, c0 → hn, but the recurrent node that starts from 'h0' ends in 'hn'.", line.GetProperty("why").GetString());
    }

    [Fact]
    public void Verify_FileBesideItsCase_TakesTheStatesFromThere()
    {
        var folder = _data.Copy("zoo", "torch_lstmcell_step");

        var run = VerifyRun.Of(Path.Combine(folder, "model.onnx"), "--json");

        var line = Assert.Single(run.Json());
        Assert.Equal(("same", "the references"), (line.GetProperty("verdict").GetString(), line.GetProperty("pairs_from").GetString()));
    }

    [Theory]
    [InlineData("h0 = ", "Expected --state IN=OUT, for example --state h0=hn, but found 'h0'.", "h0")]
    [InlineData("=hn", "Expected --state IN=OUT, for example --state h0=hn, but found '=hn'.", "=hn")]
    [InlineData("h=", "Expected --state IN=OUT, for example --state h0=hn, but found 'h='.", "h=")]
    [InlineData("unknown input", "--state names 'nothing', but the inputs of 'lstm_cell.onnx' are input, hidden, cell.", "nothing=hidden_out")]
    [InlineData("unknown output", "--state names 'nothing', but the outputs of 'lstm_cell.onnx' are out, hidden_out, cell_out.", "hidden=nothing")]
    [InlineData("twice", "--state names 'hidden' 2 times; expected it once.", "hidden=hidden_out", "hidden=cell_out")]
    public void Verify_WrongState_ExitsWithTwoAndSaysWhatIsExpected(string what, string text, params string[] states)
    {
        var run = VerifyRun.Of([Bare("exports", "streams", "lstm_cell.onnx"), .. states.SelectMany(static s => new[] { "--state", s }), "--json"]);

        Assert.True(run.ExitCode == 2, what);
        Assert.Equal(text + Environment.NewLine, run.Error);
        Assert.Empty(run.Lines);
    }

    [Fact]
    public void Verify_StateForSeveralModels_ExitsWithTwo()
    {
        var path = VerifyData.Path("char-lm");

        var run = VerifyRun.Of(path, "--state", "h0=hn");

        Assert.Equal((2, $"--state names the states of one file, but '{path}' has 2 models. Give one of them.{Environment.NewLine}"), (run.ExitCode, run.Error));
    }

    [Theory]
    [InlineData("01-x-taken-for-state-deepar-step")]
    [InlineData("01-x-taken-for-state-lstmcell-mask")]
    [InlineData("01-x-taken-for-state-sr-input")]
    [InlineData("03-integer-state-cache-length")]
    public void Verify_BareFileThatTheEngineMayMisread_IsNeverOkWithWrongStates(string name)
    {
        var file = Bare("found", name, "model.onnx");

        var run = VerifyRun.Of(file, "--json");

        var line = Assert.Single(run.Json());
        var data = name.Contains("deepar", StringComparison.Ordinal) ? "prev_target" : name.Contains("sr-input", StringComparison.Ordinal) ? "frame" : "x";
        Assert.False(line.GetProperty("ok").GetBoolean() && line.GetProperty("pairs").GetRawText().Contains($"[\"{data}\",", StringComparison.Ordinal), line.ToString());
    }

    [Fact]
    public void Verify_WrongReadingThatModelJsonForcesOnTheEngine_IsDifferentByTheReferences()
    {
        var folder = _data.Copy("found", "01-x-taken-for-state-lstmcell-mask");
        File.WriteAllText(Path.Combine(folder, "model.json"), """{"state_pairs": [["x", "y"], ["c0", "c0_next"]]}""");

        var run = VerifyRun.Of(folder, "--json");

        var line = Assert.Single(run.Json());
        Assert.Equal(("different", 1), (line.GetProperty("verdict").GetString(), run.ExitCode));
        Assert.Equal("The engine takes 'h0' as an input; the references have x and no other.", line.GetProperty("why").GetString());
    }

    private string Bare(params ReadOnlySpan<string> parts)
    {
        var file = Path.Combine(_data.Folder, parts[^1]);
        File.Copy(VerifyData.Path(parts), file);
        return file;
    }
}
