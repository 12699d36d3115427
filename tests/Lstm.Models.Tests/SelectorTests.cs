using Lstm.Engine;
using Lstm.Tests.Shared;
using Lstm.Tests.Shared.Onnx;
using DataType = Lstm.Engine.Onnx.Schema.TensorProto.Types.DataType;

namespace Lstm.Models.Tests;

/// <summary>Inputs that select a branch of the graph, and the values that model.json lists for them.</summary>
public sealed class SelectorTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("lstm-selector-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Load_WithoutValues_IsRefusedWithALineForEachBranch()
    {
        var error = Assert.Throws<ModelLoadException>(() => Load(foreign: false, null));

        Assert.Equal(
            "If 'If_6': In ONNX Runtime: its condition is computed from the input 'sr', whose value selects what the graph does. Say in model.json which values requests may send, "
            + "the first being the one to load with: {\"inputs\": {\"sr\": {\"values\": [16000]}}} or {\"inputs\": {\"sr\": {\"values\": [8000]}}}.",
            error.Faults[^1].ToString());
    }

    [Fact]
    public void Load_WithLengthComparedToo_SuggestsNoLength()
    {
        var error = Assert.Throws<ModelLoadException>(() => Load(foreign: false, null, withLength: true));

        Assert.EndsWith("{\"inputs\": {\"sr\": {\"values\": [16000]}}} or {\"inputs\": {\"sr\": {\"values\": [8000]}}}.", error.Faults[^1].ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false, 16000, "native", 2)]
    [InlineData(false, 8000, "native", 3)]
    [InlineData(true, 16000, "onnxruntime", 2)]
    [InlineData(true, 8000, "onnxruntime", 3)]
    public void Step_WithOneValue_TakesItsBranch(bool foreign, int rate, string backend, int factor)
    {
        var model = Load(foreign, $$"""{ "inputs": { "sr": { "values": [{{rate}}] } } }""");

        Assert.Equal((backend, true), (model.Info.Backend, model.Info.IsStreamable));
        var state = model.CreateState();
        var y = new float[2];
        model.Step(state, [1, 2, rate], y);
        model.Step(state, [1, 2, rate], y);
        Assert.Equal([2 * factor, 4 * factor], y);
        Assert.Equal(
            $"Expected {rate} for the input 'sr' (values in model.json) at place 2 of the input but got 44100. (Parameter 'x')",
            Assert.Throws<ArgumentException>(() => model.Step(state, [1, 2, 44100], y)).Message);
    }

    [Theory]
    [InlineData("16000", "native", 32)]
    [InlineData("8000", "native", 16)]
    [InlineData("16000, 8000", "onnxruntime", 32)]
    [InlineData("8000, 16000", "onnxruntime", 16)]
    public void Load_WithAFrameOfOpenLength_TakesTheLengthThatTheFirstValueNeeds(string values, string backend, int length)
    {
        string path = Path.Combine(_folder, "frame.onnx");
        File.Copy(Repository.Path("tests", "data", "found", "04-silero-like-sr-branch", "model.onnx"), path);
        File.WriteAllText(Path.ChangeExtension(path, ".json"), $$"""{ "inputs": { "sr": { "values": [{{values}}] } } }""");

        var info = ModelLoader.Load(path).Info;

        Assert.Equal((backend, true), (info.Backend, info.IsStreamable));
        Assert.Equal(["input", "sr"], info.Inputs.Select(static i => i.Name));
        Assert.Equal([length], info.Inputs[0].Shape);
    }

    [Fact]
    public void Step_WithSeveralValues_TakesTheBranchOfEachStep()
    {
        var model = Load(foreign: false, """{ "inputs": { "sr": { "values": [16000, 8000] } } }""");

        var (state, y) = (model.CreateState(), new float[2]);
        model.Step(state, [1, 2, 16000], y);
        Assert.Equal([2, 4], y);
        model.Step(state, [1, 2, 8000], y);
        Assert.Equal([6, 12], y);
    }

    [Theory]
    [InlineData("[]", "In model.json: inputs.sr.values has to be a list of different numbers, at least one.")]
    [InlineData("[1, 1]", "In model.json: inputs.sr.values has to be a list of different numbers, at least one.")]
    [InlineData("[\"a\"]", "In model.json: inputs.sr.values has to be a list of numbers, the first being the one to load with.")]
    [InlineData("[16000, 0.5]", "In model.json: inputs.sr.values has fractions, but the input is of type int64.")]
    public void Load_WithValuesThatCannotBe_IsRefused(string values, string fault) => Assert.Equal(
        fault,
        Assert.Throws<ModelLoadException>(() => Load(foreign: false, $$"""{ "inputs": { "sr": { "values": {{values}} } } }""")).Faults[0].ToString());

    // s′ = s + x, y = s′ · 2 at 16 kHz, s′ · 3 otherwise.
    private Model Load(bool foreign, string? json, bool withLength = false)
    {
        var file = new OnnxBuilder(17);
        var x = file.Input("x", "B 2");
        var sr = file.Input("sr", "", DataType.Int64);
        var s = file.Input("s", "B 2");
        var is16 = file.Node("Equal", [sr, file.Integer(16000)]);
        if (withLength)
            is16 = file.Node("And", [file.Node("Equal", [file.Node("Gather", [file.Node("Shape", [x]), file.Integer(1)]), file.Integer(2)]), is16]);
        var (then, otherwise) = (file.Subgraph(), file.Subgraph());
        then.Output(then.Constant(OnnxTensor.Of(DataType.Float, [2])), "", "two");
        otherwise.Output(otherwise.Constant(OnnxTensor.Of(DataType.Float, [3])), "", "three");
        var factor = file.Node("If", [is16], ("then_branch", then.Graph), ("else_branch", otherwise.Graph));
        var sum = file.Node("Add", [s, foreign ? file.ForeignNode("FusedMatMul", [x, file.Floats([1, 0, 0, 1], 2, 2)]) : x]);
        file.Output(file.Node("Mul", [sum, factor]), "B 2", "y");
        file.Output(sum, "B 2", "sNext");
        file.Write(Path.Combine(_folder, "model.onnx"));
        var pairs = "\"state_pairs\": [[\"s\", \"sNext\"]]";
        File.WriteAllText(Path.Combine(_folder, "model.json"), json is null ? $"{{ {pairs} }}" : json.Replace("{ \"inputs\"", $"{{ {pairs}, \"inputs\"", StringComparison.Ordinal));
        return ModelLoader.Load(Path.Combine(_folder, "model.onnx"));
    }
}
