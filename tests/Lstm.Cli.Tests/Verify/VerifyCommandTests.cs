using System.Text.Json;

namespace Lstm.Cli.Tests.Verify;

public sealed class VerifyCommandTests : IDisposable
{
    private readonly VerifyData _data = new();

    public void Dispose() => _data.Dispose();

    [Theory]
    [InlineData("torch_lstm_l1_uni_bf_plain")]
    [InlineData("torch_lstm_l2_uni_bf_state")]
    [InlineData("torch_conv_causal_plain")]
    [InlineData("keras3_lstm_loop_last")]
    [InlineData("torch_lstmcell_step")]
    [InlineData("torch_gru_l2_bi_bf_state")]
    [InlineData("keras_lstm_autoencoder")]
    public void Verify_GoodCase_IsOkAndExitsWithZero(string name)
    {
        var run = VerifyRun.Of(VerifyData.Path("zoo", name), "--json");

        var line = Assert.Single(run.Json());
        Assert.True(line.GetProperty("ok").GetBoolean(), line.ToString());
        Assert.Equal(name, line.GetProperty("case").GetString());
        Assert.Equal("native", line.GetProperty("backend").GetString());
        Assert.InRange(line.GetProperty("max_abs").GetDouble(), 0, line.GetProperty("allowed").GetDouble());
        Assert.Equal(0, run.ExitCode);
        Assert.Empty(run.Error);
    }

    [Theory]
    [InlineData("y")]
    [InlineData("hn")]
    [InlineData("cn")]
    [InlineData("step/cn")]
    [InlineData("final_h//rnn/LSTM_output_0")]
    public void Verify_OneAlteredReferenceOfACase_FailsWithTheDifference(string tensor)
    {
        var folder = _data.Copy("zoo", "torch_lstm_l1_uni_bf_state_linear");
        var names = JsonSerializer.Deserialize<JsonElement>(File.ReadAllText(Path.Combine(folder, "case.json"))).GetProperty("tensors")
            .EnumerateArray().Select(static t => t.GetProperty("name").GetString()!).ToArray(); // every tensor has a name
        var altered = names.Contains(tensor) ? tensor : names.Single(static n => n.StartsWith("final_h/", StringComparison.Ordinal));
        VerifyData.Alter(Path.Combine(folder, "case.json"), altered, position: 1, by: 0.25);

        var run = VerifyRun.Of(folder, "--json");

        var line = Assert.Single(run.Json());
        Assert.False(line.GetProperty("ok").GetBoolean());
        Assert.InRange(line.GetProperty("max_abs").GetDouble(), 0.2499, 0.2501);
        Assert.Contains("off by 0.25, allowed ", line.GetProperty("why").GetString(), StringComparison.Ordinal);
        Assert.Equal(1, run.ExitCode);
    }

    [Theory]
    [InlineData("y_f64", 1000, 3.0)]
    [InlineData("h_f64", 20000, 0.001)]
    [InlineData("c_f64", 42000, 0.001)]
    public void Verify_OneAlteredReferenceOfATrace_FailsForBothFormsAndSaysWhere(string tensor, int position, double by)
    {
        var folder = _data.Copy("nyc-taxi");
        // Another test steps through the whole series.
        File.Delete(Path.Combine(folder, "trace_full.json"));
        VerifyData.Alter(Path.Combine(folder, "trace_october.json"), tensor, position, by);

        var run = VerifyRun.Of(folder, "--json");

        Assert.Equal(["nyc-taxi/nyc_taxi_plain.onnx", "nyc-taxi/nyc_taxi_state.onnx"], run.Json().Select(static l => l.GetProperty("case").GetString()));
        Assert.All(run.Json(), line =>
        {
            Assert.False(line.GetProperty("ok").GetBoolean());
            Assert.InRange(line.GetProperty("max_abs").GetDouble(), by * 0.95, by * 1.05);
            Assert.Contains($"{tensor}", line.GetProperty("why").GetString(), StringComparison.Ordinal);
        });
        Assert.Equal(1, run.ExitCode);
    }

    [Theory]
    [InlineData("nyc-taxi")]
    [InlineData("char-lm")]
    public void Verify_FolderWithTraces_ComparesBothForms(string folder)
    {
        var run = VerifyRun.Of(VerifyData.Path(folder), "--json");

        Assert.Equal(2, run.Lines.Length);
        Assert.All(run.Json(), static line => Assert.True(line.GetProperty("ok").GetBoolean(), line.ToString()));
        Assert.Equal(0, run.ExitCode);
    }

    [Theory]
    [InlineData("nyc-taxi", "nyc_taxi_state.onnx")]
    [InlineData("nyc-taxi", "nyc_taxi_plain.onnx")]
    [InlineData("char-lm", "char_lm_state.onnx")]
    [InlineData("char-lm", "char_lm_plain.onnx")]
    [InlineData("integers", "model.onnx")]
    [InlineData("zoo", "torch_lstm_l2_uni_bf_state_fixed1", "model.onnx")]
    [InlineData("zoo", "torch_lstm_l1_uni_tf_plain_fixedseq", "model.onnx")]
    public void Verify_BareFile_ComparesWithOnnxRuntime(params string[] path)
    {
        var run = VerifyRun.Of(VerifyData.Path(path), "--json");

        var line = Assert.Single(run.Json());
        Assert.True(line.GetProperty("ok").GetBoolean(), line.ToString());
        Assert.Contains("values against ONNX Runtime 1.", line.GetProperty("why").GetString(), StringComparison.Ordinal);
        Assert.Equal(0, run.ExitCode);
    }

    [Fact]
    public void Verify_FilesThatHaveToBeRefused_GivesOneLineWithReasonsForEachAndExitsWithZero()
    {
        var folder = VerifyData.Path("zoo", "bad");

        var run = VerifyRun.Of(folder, "--json");

        Assert.Equal(
            Directory.EnumerateFiles(folder, "*.onnx").Select(Path.GetFileName).Order(StringComparer.Ordinal),
            run.Json().Select(static l => l.GetProperty("case").GetString()));
        Assert.All(run.Json(), static line =>
        {
            Assert.Equal("refused", line.GetProperty("verdict").GetString());
            Assert.True(line.GetProperty("ok").GetBoolean(), line.ToString());
            Assert.Equal(JsonValueKind.Null, line.GetProperty("max_abs").ValueKind);
            Assert.NotEmpty(line.GetProperty("why").GetString()!); // checked to be a string by the parser
            Assert.DoesNotContain("Exception:", line.GetProperty("why").GetString(), StringComparison.Ordinal);
        });
        Assert.Equal(0, run.ExitCode);
    }

    [Fact]
    public void Verify_FileThatShouldHaveBeenRefused_IsDifferent()
    {
        var folder = _data.Copy("zoo", "bad");
        File.Copy(VerifyData.Path("zoo", "node_gru_lbr0", "model.onnx"), Path.Combine(folder, "cycle.onnx"), overwrite: true);

        var run = VerifyRun.Of(Path.Combine(folder, "cycle.onnx"), "--json");

        var line = Assert.Single(run.Json());
        Assert.Equal(("different", "Expected a refusal (refused), but the engine loads it."), (line.GetProperty("verdict").GetString(), line.GetProperty("why").GetString()));
        Assert.Equal(1, run.ExitCode);
    }

    [Fact]
    public void Verify_BrokenFileOfWhichNothingIsSaid_ExitsWithThree()
    {
        var path = Path.Combine(_data.Folder, "m.onnx");
        File.Copy(VerifyData.Path("zoo", "bad", "cycle.onnx"), path);

        var run = VerifyRun.Of(path, "--json");

        var line = Assert.Single(run.Json());
        Assert.Equal("refused", line.GetProperty("verdict").GetString());
        Assert.False(line.GetProperty("ok").GetBoolean());
        Assert.Equal(path, line.GetProperty("path").GetString());
        Assert.Equal(3, run.ExitCode);
    }

    [Fact]
    public void Verify_Zoo_EveryGoodCaseIsOkNativelyAndEveryBrokenFileIsRefused()
    {
        var run = VerifyRun.Of(VerifyData.Path("zoo"), "--json");

        var lines = run.Json();
        Assert.All(lines, static line => Assert.True(line.GetProperty("ok").GetBoolean(), line.ToString()));
        Assert.Equal(84, lines.Count(static line => line.GetProperty("verdict").GetString() == "same"));
        Assert.Equal(16, lines.Count(static line => line.GetProperty("verdict").GetString() == "refused" && line.GetProperty("case").GetString()!.StartsWith("bad/", StringComparison.Ordinal))); // every line has a case
        Assert.All(lines, static line => Assert.Equal("native", line.GetProperty("backend").GetString()));
        Assert.Equal(100, lines.Length);
        Assert.Equal(0, run.ExitCode);
    }

    [Fact]
    public void Verify_CaseThatCannotBeStreamed_RunsAsAWhole()
    {
        var run = VerifyRun.Of(VerifyData.Path("zoo", "torch_lstm_l1_bi_tf_plain"), "--json");

        var line = Assert.Single(run.Json());
        Assert.True(line.GetProperty("ok").GetBoolean(), line.ToString());
        Assert.EndsWith("values against float64 references, as a whole sequence", line.GetProperty("why").GetString(), StringComparison.Ordinal);
        Assert.Equal(0, run.ExitCode);
    }

    [Fact]
    public void Verify_ForPeople_AlignsColumnsAndClosesWithASummary()
    {
        _data.Copy("zoo", "torch_lstm_l1_uni_bf_plain");
        File.WriteAllText(Path.Combine(_data.Copy("zoo", "torch_lstm_l1_bi_tf_plain"), "model.onnx"), "no model");

        var run = VerifyRun.Of(_data.Folder);

        Assert.Equal(3, run.Lines.Length);
        Assert.StartsWith("unsure  torch_lstm_l1_bi_tf_plain   native  ", run.Lines[0], StringComparison.Ordinal);
        Assert.Matches(@"^ok      torch_lstm_l1_uni_bf_plain  native        \d\.\de-\d\d of  \d\.\de-\d\d  \d+ values against float64 references$", run.Lines[1]);
        Assert.Equal("2 models: 1 ok, 0 not ok, 1 unsure", run.Lines[2]);
    }

    [Theory]
    [InlineData("nowhere", "There is no file or folder '{0}'. Give an .onnx file, a folder with case.json or trace_*.json, or a folder above.")]
    [InlineData("", "There is no .onnx file and no bundle (case.json, trace_*.json, reference.json) in or below '{0}'.")]
    public void Verify_NothingThere_ExitsWithTwoAndSaysWhatIsExpected(string name, string expected)
    {
        var path = Path.Combine(_data.Folder, name);

        var run = VerifyRun.Of(path, "--json");

        Assert.Equal(2, run.ExitCode);
        Assert.Empty(run.Lines);
        Assert.Equal(string.Format(System.Globalization.CultureInfo.InvariantCulture, expected, path) + Environment.NewLine, run.Error);
    }

    [Fact]
    public void Verify_FileThatIsNoModel_ExitsWithTwo()
    {
        var path = VerifyData.Path("README.md");

        var run = VerifyRun.Of(path);

        Assert.Equal(2, run.ExitCode);
        Assert.Equal($"Expected an .onnx file or a folder but found the file '{path}'." + Environment.NewLine, run.Error);
    }

    [Fact]
    public void Verify_CaseWithoutModel_FailsOnItsLine()
    {
        var folder = _data.Copy("zoo", "torch_lstm_l1_uni_bf_plain");
        File.Delete(Path.Combine(folder, "model.onnx"));

        var run = VerifyRun.Of(folder, "--json");

        var line = Assert.Single(run.Json());
        Assert.Equal(("not_compared", $"There is no file '{Path.Combine(folder, "model.onnx")}'."), (line.GetProperty("verdict").GetString(), line.GetProperty("why").GetString()));
        Assert.Equal(3, run.ExitCode);
    }

    [Theory]
    [InlineData("case.json")]
    [InlineData("trace_x.json")]
    [InlineData("reference.json")]
    [InlineData("expected.json")]
    public void Verify_BrokenJson_SaysWhichFileAndWhere(string name)
    {
        var folder = _data.Copy("zoo", "torch_lstm_l1_uni_bf_plain");
        File.Delete(Path.Combine(folder, "case.json"));
        File.WriteAllText(Path.Combine(folder, name), "{\"format\": ");

        var run = VerifyRun.Of(folder, "--json");

        var line = run.Json().First(static l => !l.GetProperty("ok").GetBoolean());
        Assert.StartsWith($"Cannot read bundle '{Path.Combine(folder, name)}': the JSON is broken: ", line.GetProperty("why").GetString(), StringComparison.Ordinal);
        Assert.Equal(3, run.ExitCode);
    }
}
