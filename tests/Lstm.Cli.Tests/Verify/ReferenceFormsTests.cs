using System.Text.Json.Nodes;

namespace Lstm.Cli.Tests.Verify;

/// <summary>Forms of references, and what was no fault of the engine though verify said so.</summary>
public sealed class ReferenceFormsTests : IDisposable
{
    private readonly VerifyData _data = new();

    public void Dispose() => _data.Dispose();

    [Fact]
    public void Verify_FrameContext_IsGivenToOnnxRuntime()
    {
        var folder = _data.Copy("found", "16-verify-says-no-frame-context");
        File.Delete(Path.Combine(folder, "reference.json"));

        var run = VerifyRun.Of(folder, "--json");

        var line = Assert.Single(run.Json());
        Assert.Equal(("same", 0), (line.GetProperty("verdict").GetString(), run.ExitCode));
        Assert.Equal("the file's recurrent nodes", line.GetProperty("pairs_from").GetString());
    }

    [Fact]
    public void Verify_DoubleModel_CannotBeComparedWithoutReferences()
    {
        var folder = _data.Copy("found", "16-verify-says-no-double");
        File.Delete(Path.Combine(folder, "reference.json"));

        var run = VerifyRun.Of(folder, "--json");

        var line = Assert.Single(run.Json());
        Assert.Equal(("not_compared", 3), (line.GetProperty("verdict").GetString(), run.ExitCode));
        Assert.Contains("LSTM operator does not support double yet", line.GetProperty("why").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Verify_StepsOfAModelThatCannotBeStepped_AreThoseOfThePrefixes()
    {
        var folder = _data.Copy("found", "16-verify-says-no-reverse-steps");
        File.Delete(Path.Combine(folder, "reference.json"));
        Assert.Equal(0, VerifyRun.Of(folder).ExitCode);
        VerifyData.Alter(Path.Combine(folder, "case.json"), "step/Y_h", position: 5, by: 0.25);

        var run = VerifyRun.Of(folder, "--json");

        var line = Assert.Single(run.Json());
        Assert.Equal(("different", 1), (line.GetProperty("verdict").GetString(), run.ExitCode));
        Assert.StartsWith("Against float64 references, as a whole sequence: step/Y_h[1] at step 2 is ", line.GetProperty("why").GetString(), StringComparison.Ordinal);
        Assert.InRange(line.GetProperty("largest").GetProperty("step/Y_h").GetDouble(), 0.2499, 0.2501);
    }

    [Fact]
    public void Verify_CaseOfNoTimesteps_HasNothingThatDiffers()
    {
        var folder = _data.Copy("zoo", "torch_lstm_l1_uni_tf_state");
        VerifyData.Edit(Path.Combine(folder, "case.json"), static json =>
        {
            foreach (var tensor in json["tensors"]!.AsArray().Where(static t => t!["name"]!.GetValue<string>() is "x" or "y")) // as the format has it
                (tensor!["shape"]!.AsArray()[0], tensor["bytes"]) = (0, 0);
        });

        var run = VerifyRun.Of(folder, "--json");

        var line = Assert.Single(run.Json());
        Assert.Equal(("same", "no values against float64 references: a sequence of no timesteps"), (line.GetProperty("verdict").GetString(), line.GetProperty("why").GetString()));
    }

    [Theory]
    [InlineData("""{"file": "rows.csv", "first_row": 1, "rows": 2, "columns": ["a", "b", "c", "d", "e"]}""", 0)]
    [InlineData("""{"csv": "rows.csv", "rows": [1, 3]}""", 0)]
    [InlineData("""{"file": "rows.csv", "first_row": 0}""", 1)]
    public void Verify_TraceWithRowsOfACsvFile_ReadsThem(string reference, int exitCode)
    {
        var folder = Trace(reference);

        var run = VerifyRun.Of(folder, "--json");

        Assert.True(run.ExitCode == exitCode, run.Lines[0]);
    }

    [Theory]
    [InlineData("""{"file": "none.csv"}""", "\"x_ref\" names 'none.csv', which cannot be read: ")]
    [InlineData("""{"file": "rows.csv", "first_row": 7}""", "\"x_ref\" needs 2 rows of 'rows.csv' from row 7 on, but only 0 are there.")]
    [InlineData("""{"file": "rows.csv", "columns": ["a", "z"]}""", "\"x_ref\" names the column \"z\", but 'rows.csv' has when, a, b, c, d, e.")]
    [InlineData("""{"file": "rows.csv", "columns": ["when"]}""", "row 0 of 'rows.csv' has no number in column 0.")]
    [InlineData("""{"file": "rows.csv", "columns": ["a"]}""", "expected 2 steps of 5 values in 'x' but its shape is [2, 1].")]
    [InlineData("3", "expected \"x_ref\" as {\"file\": \"series.csv\", \"first_row\": 0, \"rows\": 336, \"columns\": [\"value\"]} but found 3.")]
    public void Verify_TraceWithRowsThatCannotBeRead_ExitsWithThreeAndSaysWhy(string reference, string reason)
    {
        var folder = Trace(reference);

        var run = VerifyRun.Of(folder, "--json");

        Assert.Equal(3, run.ExitCode);
        Assert.StartsWith($"Cannot read bundle '{Path.Combine(folder, "trace_rows.json")}': {reason}", run.Json()[0].GetProperty("why").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"x/x": [[1, 2]], "q/y": []}""", "expected fields x/NAME, s/NAME, w/NAME but found \"q/y\".")]
    [InlineData("""{"x/x": [[1, null]]}""", "expected a number at \"x/x\" but found null.")]
    [InlineData("""{"x/x": [[1, 2]], "s/y": [[1], [2]]}""", "'y' has 2 steps but the inputs have 1.")]
    [InlineData("[]", "expected an object with x/NAME, s/NAME, w/NAME but found Array.")]
    public void Verify_BrokenReferences_ExitsWithThreeAndSaysWhy(string json, string reason)
    {
        var folder = _data.Copy("found", "16-verify-says-no-double");
        File.WriteAllText(Path.Combine(folder, "reference.json"), json);

        var run = VerifyRun.Of(folder, "--json");

        Assert.Equal($"Cannot read bundle '{Path.Combine(folder, "reference.json")}': {reason}", Assert.Single(run.Json()).GetProperty("why").GetString());
        Assert.Equal(3, run.ExitCode);
    }

    [Fact]
    public void Verify_NumberWhereTheReferenceHasNone_IsDifferent()
    {
        var folder = _data.Copy("found", "16-verify-says-no-double");
        VerifyData.Edit(Path.Combine(folder, "reference.json"), static json => json["s/y"]![2]![0] = "NaN"); // as the file has it

        var run = VerifyRun.Of(folder, "--json");

        var line = Assert.Single(run.Json());
        Assert.Equal(("different", 1), (line.GetProperty("verdict").GetString(), run.ExitCode));
        Assert.EndsWith("expected NaN: off by Infinity, allowed NaN.", line.GetProperty("why").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"outcome": []}""", "\"outcome\" of 'm.onnx' is []; expected any of right, ambiguous, refused.")]
    [InlineData("""{"outcome": ["right"], "outputz": []}""", "'m.onnx' has a field \"outputz\"; expected outcome, streams, inputs, outputs, state_pairs, within_seconds, with, why.")]
    [InlineData("1", "expected 'm.onnx' to be an object with \"outcome\".")]
    public void Verify_BrokenExpectations_ExitsWithThreeAndSaysWhy(string entry, string reason)
    {
        File.Copy(VerifyData.Path("zoo", "node_gru_lbr0", "model.onnx"), Path.Combine(_data.Folder, "m.onnx"));
        File.WriteAllText(Path.Combine(_data.Folder, "expected.json"), $"{{\"m.onnx\": {entry}}}");

        var run = VerifyRun.Of(_data.Folder, "--json");

        Assert.Equal($"Cannot read bundle '{Path.Combine(_data.Folder, "expected.json")}': {reason}", Assert.Single(run.Json()).GetProperty("why").GetString());
        Assert.Equal(3, run.ExitCode);
    }

    [Theory]
    [InlineData("""{"outcome": ["right"], "inputs": ["Y"]}""", "Expected the inputs Y but the engine takes X.")]
    [InlineData("""{"outcome": ["right"], "outputs": ["Z"]}""", "Expected the outputs Z but the engine gives ")]
    [InlineData("""{"outcome": ["right"], "streams": false}""", "Expected whole sequences only, but the engine says that it streams.")]
    public void Verify_ModelThatIsNotAsExpected_IsDifferent(string entry, string reason)
    {
        File.Copy(VerifyData.Path("zoo", "node_gru_lbr0", "model.onnx"), Path.Combine(_data.Folder, "m.onnx"));
        File.WriteAllText(Path.Combine(_data.Folder, "expected.json"), $"{{\"m.onnx\": {entry}, \"absent\": {{\"outcome\": [\"refused\"]}}}}");

        var run = VerifyRun.Of(_data.Folder, "--json");

        Assert.StartsWith(reason, run.Json()[0].GetProperty("why").GetString(), StringComparison.Ordinal);
        Assert.Equal($"There is no file '{Path.Combine(_data.Folder, "absent")}'.", run.Json()[1].GetProperty("why").GetString());
        Assert.Equal(1, run.ExitCode);
    }

    // Two steps of a case as a trace, their input in the rows 1 and 2 of a CSV file.
    private string Trace(string reference)
    {
        var folder = _data.Copy("zoo", "torch_lstm_l1_uni_bf_plain");
        File.Delete(Path.Combine(folder, "case.json"));
        float[][] x = [[0.5f, -0.25f, 1, 2, 3], [0.1f, 0.2f, 0.3f, -0.4f, 0.7f]];
        File.WriteAllLines(Path.Combine(folder, "rows.csv"), ["when,a,b,c,d,e", "2024-01-01,9,9,9,9,9", .. x.Select(static row => "2024-01-02," + string.Join(',', row.Select(static v => v.ToString(System.Globalization.CultureInfo.InvariantCulture))))]);
        var model = Lstm.Engine.Model.Load(Path.Combine(folder, "model.onnx"));
        var state = model.CreateState();
        var y = new float[2][];
        for (var t = 0; t < 2; t++)
            model.Step(state, x[t], y[t] = new float[model.Info.OutputSize]);
        var bytes = y.SelectMany(static row => row).SelectMany(BitConverter.GetBytes).ToArray();
        File.WriteAllBytes(Path.Combine(folder, "rows.bin"), bytes);
        File.WriteAllText(Path.Combine(folder, "trace_rows.json"), new JsonObject
        {
            ["format"] = "tensor-bundle-1",
            ["bin"] = "rows.bin",
            ["x_ref"] = JsonNode.Parse(reference),
            ["tensors"] = new JsonArray(new JsonObject { ["name"] = "y_f32", ["dtype"] = "f32", ["shape"] = new JsonArray(2, model.Info.OutputSize), ["offset"] = 0, ["bytes"] = bytes.Length }),
        }.ToJsonString());
        return folder;
    }
}
