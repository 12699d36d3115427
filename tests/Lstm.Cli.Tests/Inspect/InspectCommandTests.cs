using System.Text.Json;
using Lstm.Cli.Tests.Verify;

namespace Lstm.Cli.Tests.Inspect;

public sealed class InspectCommandTests
{
    [Fact]
    public void Inspect_StreamableModel_TellsAllInAScreen()
    {
        string path = Path.Combine(Installation.Models, "nyc-taxi", "model.onnx");

        var run = InspectRun.Of(path);

        Assert.Equal($"""
            {path}
              file         211 kB, opset 17, IR version 8, by pytorch 2.6.0, sha256 4f4aede54dae…
              backend      native; a step gives the same bits in any batch
              streams      yes, one timestep at a time
              time         axis 0 of x, quantiles
              inputs       x  float32  [5]  a timestep; in the file [T, B, 5]
              outputs      quantiles  float32  [3]  a timestep; in the file [T, B, 3]
              layers       LSTM  /lstm/LSTM    forward  5 → 64   17,920 parameters
                           LSTM  /lstm/LSTM_1  forward  64 → 64  33,024 parameters
              parameters   51,663 in all
              state        1,024 bytes a session; those of a million take 1.02 GB
                           layer0.h [64], layer0.c [64], layer1.h [64], layer1.c [64]
              state pairs  h0  → hn  the recurrent nodes that start from the one end in the other, value by
                                     value
                           c0  → cn  the recurrent nodes that start from the one end in the other, value by
                                     value
              cost         0.10 MFLOP a timestep
              operators    Constant 18, Slice 5, Add 3, Concat 2, LSTM 2, Squeeze 2, Div 1, MatMul 1, Mul 1,
                           Sub 1

            """, run.Output);
        Assert.Equal(0, run.ExitCode);
    }

    [Fact]
    public void Inspect_BidirectionalModel_SaysWhatKeepsItFromStreaming()
    {
        string path = VerifyData.Path("zoo", "torch_gru_l2_bi_bf_state", "model.onnx");

        var run = InspectRun.Of(path);

        Assert.Equal($"""
            {path}
              file         13.9 kB, opset 17, IR version 8, by pytorch 2.6.0, sha256 e28d3bab1a4a…
              backend      native; a step gives the same bits in any batch
              streams      no, whole sequences only (predict)
                           GRU '/rnn/GRU': direction is 'bidirectional'; it needs the end of the sequence first,
                           so that it cannot be streamed one step at a time.
              time         axis 1 of x, y
              length       at most 123,361 timesteps
              inputs       x  float32  [4]  a timestep; in the file [B, T, 4]
              outputs      y  float32  [20]  a timestep; in the file [B, T, 20]
              layers       GRU  /rnn/GRU    forward  4 → 10   460 parameters
                           GRU  /rnn/GRU    reverse  4 → 10   460 parameters
                           GRU  /rnn/GRU_1  forward  20 → 10  940 parameters
                           GRU  /rnn/GRU_1  reverse  20 → 10  940 parameters
              parameters   2,880 in all
              state        160 bytes a sequence
                           layer0.h [10], layer0_reverse.h [10], layer1.h [10], layer1_reverse.h [10]
              state pairs  h0  → hn  the recurrent nodes that start from the one end in the other, value by
                                     value
              cost         5.28 kFLOP a timestep
              operators    Constant 8, Transpose 4, GRU 2, Reshape 2, Slice 2, Concat 1

            """, run.Output);
        Assert.Equal(0, run.ExitCode);
    }

    [Fact]
    public void Inspect_FileThatContradictsItself_ShowsItsHeadAndEveryFault()
    {
        string path = VerifyData.Path("zoo", "bad", "hidden_size.onnx");

        var run = InspectRun.Of(path);

        Assert.Equal($"""
            {path}
              file         806 bytes, opset 14, IR version 8, by hand-made, sha256 ec6e3f1541a1…
              loads        no, for this reason
                           LSTM 'LSTM__3': hidden_size is 6 but R has shape [1, 20, 5]; expected [1,
                           4·hidden_size, hidden_size].
              operators    LSTM 1

            """, run.Output);
        Assert.Equal(1, run.ExitCode);
    }

    [Fact]
    public void Inspect_FileWithAnUnknownOperator_NamesItsNodes()
    {
        var run = InspectRun.Of(VerifyData.Path("zoo", "bad", "unknown_op.onnx"));

        Assert.Contains("\n  loads        no, for 2 reasons\n               NoSuchOp 'NoSuchOp__4': the operator is not supported natively.\n", run.Output, StringComparison.Ordinal);
        Assert.EndsWith("\n  operators    LSTM 1, NoSuchOp 1\n  missing      NoSuchOp: NoSuchOp__4\n", run.Output, StringComparison.Ordinal);
        Assert.Equal(1, run.ExitCode);
    }

    [Fact]
    public void Inspect_ModelWithASidecar_SaysWhichBackendAndWhatTheValuesAre()
    {
        using var data = new VerifyData();
        string path = Path.Combine(data.Copy("zoo", "torch_quantiles_state"), "model.onnx");
        File.WriteAllText(
            Path.ChangeExtension(path, ".json"),
            """{"backend": "onnxruntime", "inputs": {"x": {"features": ["a", "b", "c"]}}, "outputs": {"y": {"name": "demand", "units": "kWh", "quantiles": [0.1, 0.5, 0.9]}}}""");

        var run = InspectRun.Of(path);

        Assert.Contains(
            "\n  backend      onnxruntime; one session a run\n"
            + "               It runs in ONNX Runtime, so the last bits of a step may depend on the machine: batch\n"
            + "               invariance, which the native engine promises, does not hold. It was asked for by the\n"
            + "               option backend.\n",
            run.Output, StringComparison.Ordinal);
        Assert.Contains("\n               x: features a, b, c\n", run.Output, StringComparison.Ordinal);
        Assert.Contains("\n               y: called demand; in kWh; quantiles 0.1, 0.5, 0.9\n", run.Output, StringComparison.Ordinal);
        Assert.Equal(0, run.ExitCode);
    }

    [Fact]
    public void Inspect_FileWithALoopWithoutEnd_SaysAfterTheLimitThatItWasStopped()
    {
        var run = InspectRun.Of(Path.Combine(VerifyData.Path("found"), "12-endless-loop", "model.onnx"), "--max-load-time", "00:00:02", "--json");

        var faults = run.Json().GetProperty("faults");
        Assert.Equal(
            "Loading took longer than 2 s and was stopped in ONNX Runtime: that is the limit of time for one model. If the model is meant to take so long, raise "
            + "Lstm:Models:MaxLoadTime of the service, --max-load-time of the command line or LoadLimits.MaxTime.",
            faults[faults.GetArrayLength() - 1].GetProperty("reason").GetString());
        Assert.Equal(1, run.ExitCode);
    }

    [Theory]
    [InlineData("--max-load-time", "00:00:00", "--max-load-time is 00:00:00; expected more than nothing and at most a day.")]
    [InlineData("--max-load-memory", "5", "--max-load-memory is 5; expected at least 1048576 bytes.")]
    public void Inspect_WithALimitThatIsNone_IsRefused(string option, string value, string message) =>
        Assert.Equal(message, Assert.Single(Lstm.Cli.Inspect.InspectCommand.Create().Parse(["model.onnx", option, value]).Errors).Message);

    [Fact]
    public void Inspect_FileThatIsNoModel_SaysWhy()
    {
        string path = VerifyData.Path("zoo", "bad", "empty.onnx");

        var run = InspectRun.Of(path);

        Assert.Equal($"{path}\n  loads        no, for this reason\n               The file is empty.\n", run.Output);
        Assert.Equal(1, run.ExitCode);
    }

    [Fact]
    public void Inspect_EveryFileOfTheZoo_FitsIntoAHundredColumns()
    {
        var run = InspectRun.Of(VerifyData.Path("zoo"));

        Assert.EndsWith("\n\n100 files: 84 load, 16 do not\n", run.Output, StringComparison.Ordinal);
        Assert.All(run.Output.Split('\n'), static line => Assert.InRange(line.Length, 0, 100));
        Assert.Equal(1, run.ExitCode);
    }

    [Fact]
    public void Json_OfAFile_IsAnObjectWithWhatTheTextSays()
    {
        string path = VerifyData.Path("zoo", "torch_gru_l2_bi_bf_state", "model.onnx");

        var run = InspectRun.Of(path, "--json");

        var json = run.Json();
        Assert.Equal((path, true, 0), (json.GetProperty("path").GetString(), json.GetProperty("ok").GetBoolean(), json.GetProperty("faults").GetArrayLength()));
        Assert.Equal((17, 8), (json.GetProperty("file").GetProperty("opset").GetInt32(), json.GetProperty("file").GetProperty("ir_version").GetInt32()));
        var gru = json.GetProperty("file").GetProperty("operators").EnumerateArray().Single(static o => o.GetProperty("name").GetString() == "GRU");
        Assert.Equal((2, true), (gru.GetProperty("count").GetInt32(), gru.GetProperty("native").GetBoolean()));
        var model = json.GetProperty("model");
        Assert.Equal(("native", false, 160, 2880), (
            model.GetProperty("backend").GetString(), model.GetProperty("streamable").GetBoolean(), model.GetProperty("state_bytes").GetInt32(), model.GetProperty("parameters").GetInt32()));
        Assert.Equal("GRU", model.GetProperty("not_streamable")[0].GetProperty("operator").GetString());
        Assert.Equal(["forward", "reverse", "forward", "reverse"], model.GetProperty("layers").EnumerateArray().Select(static l => l.GetProperty("direction").GetString()));
        var x = Assert.Single(model.GetProperty("inputs").EnumerateArray());
        Assert.Equal(("x", "[B, T, 4]", 1, 0), (x.GetProperty("name").GetString(), x.GetProperty("axes").GetString(), x.GetProperty("time_axis").GetInt32(), x.GetProperty("batch_axis").GetInt32()));
        Assert.Equal(("h0", "hn"), (model.GetProperty("state_pairs")[0].GetProperty("input").GetString(), model.GetProperty("state_pairs")[0].GetProperty("output").GetString()));
        Assert.Equal(0, run.ExitCode);
    }

    [Fact]
    public void Json_OfAFileThatDoesNotLoad_HasItsHeadItsFaultsAndTheMissingNodes()
    {
        var run = InspectRun.Of(VerifyData.Path("zoo", "bad", "unknown_op.onnx"), "--json");

        var json = run.Json();
        Assert.False(json.GetProperty("ok").GetBoolean());
        var fault = json.GetProperty("faults")[0];
        Assert.Equal(("NoSuchOp__4", "NoSuchOp", "the operator is not supported natively."), (
            fault.GetProperty("node").GetString(), fault.GetProperty("operator").GetString(), fault.GetProperty("reason").GetString()));
        Assert.Equal(JsonValueKind.Null, json.GetProperty("model").ValueKind);
        var missing = json.GetProperty("file").GetProperty("operators").EnumerateArray().Single(static o => !o.GetProperty("native").GetBoolean());
        Assert.Equal(["NoSuchOp__4"], missing.GetProperty("nodes").EnumerateArray().Select(static n => n.GetString()));
        Assert.Equal(1, run.ExitCode);
    }

    [Fact]
    public void Json_OfSeveralFilesOrAFolder_IsAList()
    {
        string good = VerifyData.Path("zoo", "node_gru_bi"), bad = VerifyData.Path("zoo", "bad", "empty.onnx");

        var folder = InspectRun.Of(good, "--json");
        var both = InspectRun.Of(Path.Combine(good, "model.onnx"), bad, "--json");

        Assert.Equal((0, 1), (folder.ExitCode, folder.Json().GetArrayLength()));
        Assert.Equal([true, false], both.Json().EnumerateArray().Select(static f => f.GetProperty("ok").GetBoolean()));
        Assert.Equal(JsonValueKind.Null, both.Json()[1].GetProperty("file").ValueKind);
        Assert.Equal(1, both.ExitCode);
    }

    [Fact]
    public void Json_EveryField_IsDocumented()
    {
        string documentation = File.ReadAllText(VerifyData.Path("..", "..", "docs", "inspect.md"));
        var names = new SortedSet<string>(StringComparer.Ordinal);
        Collect(InspectRun.Of(VerifyData.Path("zoo"), "--json").Json(), names);

        Assert.Contains("frame_context", names);
        Assert.All(names, name => Assert.Contains($"`{name}`", documentation, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("There is no file or folder '{0}'. Give an .onnx file or a folder with some.", "nowhere")]
    [InlineData("Expected an .onnx file or a folder but found the file '{0}'.", "README.md")]
    public void Inspect_NothingThere_ExitsWithTwoAndSaysWhatIsExpected(string text, string name)
    {
        string path = VerifyData.Path(name);

        var run = InspectRun.Of(path, "--json");

        Assert.Equal((2, "", string.Format(System.Globalization.CultureInfo.InvariantCulture, text, path) + Environment.NewLine), (run.ExitCode, run.Output, run.Error));
    }

    [Fact]
    public void Inspect_EmptyFolder_SaysSo()
    {
        using var data = new VerifyData();
        var run = InspectRun.Of(data.Folder);
        Assert.Equal((2, $"There is no .onnx file in or below '{data.Folder}'.{Environment.NewLine}"), (run.ExitCode, run.Error));
    }

    [Theory]
    [InlineData("model.pt")]
    [InlineData("model.onnx")]
    [InlineData("")]
    public void Inspect_ModelOfAnotherFramework_SaysHowToExportIt(string name)
    {
        using var data = new VerifyData();
        string file = Path.Combine(data.Folder, name.Length == 0 ? "lstm.pth" : name);
        File.WriteAllBytes(file, [0x80, 0x02, 0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, 0x2e]);

        var run = InspectRun.Of(Path.Combine(data.Folder, name), "--json");

        var json = name.Length == 0 ? run.Json().EnumerateArray().Single() : run.Json();
        Assert.Equal(file, json.GetProperty("path").GetString());
        Assert.StartsWith("The file is a PyTorch checkpoint (pickle); expected an ONNX model. It holds weights without the network: ", json.GetProperty("faults")[0].GetProperty("reason").GetString(), StringComparison.Ordinal);
        Assert.Equal(1, run.ExitCode);
    }

    [Fact]
    public void Inspect_FolderOfASavedModel_SaysHowToExportIt()
    {
        using var data = new VerifyData();
        File.WriteAllBytes(Path.Combine(data.Folder, "saved_model.pb"), []);

        var run = InspectRun.Of(data.Folder);

        Assert.Contains("python -m tf2onnx.convert --saved-model", run.Output, StringComparison.Ordinal);
        Assert.Equal(1, run.ExitCode);
    }

    private static void Collect(JsonElement value, SortedSet<string> names)
    {
        if (value.ValueKind == JsonValueKind.Array)
        {
            foreach (var item in value.EnumerateArray())
                Collect(item, names);
        }
        else if (value.ValueKind == JsonValueKind.Object)
        {
            foreach (var field in value.EnumerateObject())
            {
                names.Add(field.Name);
                Collect(field.Value, names);
            }
        }
    }
}
