using Lstm.Engine;
using Lstm.Tests.Shared.Onnx;

namespace Lstm.Models.Tests;

/// <summary>model.json: read with every field, checked against the graph, refused with every fault.</summary>
public sealed class SidecarTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("lstm-sidecar-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Load_WithNotes_ShowsThem()
    {
        var info = Load("""
            {
              "backend": "native",
              "allow_batching": false,
              "state_pairs": [["h0", "hn"], ["c0", "cn"]],
              "inputs": { "x": { "name": "weather", "features": ["t", "rh", "p"], "units": ["°C", "%", "hPa"], "time_axis": 0, "batch_axis": 1 } },
              "outputs": { "y": { "units": "kWh", "quantiles": [0.1, 0.9] } }
            }
            """).Info;

        Assert.Equal("native", info.Backend);
        Assert.Equal(("weather", "t rh p", "°C % hPa"), (info.Inputs[0].Notes?.Name, string.Join(' ', info.Inputs[0].Notes?.Features ?? []), string.Join(' ', info.Inputs[0].Notes?.Units ?? [])));
        Assert.Equal([0.1, 0.9], info.Outputs[0].Notes?.Quantiles);
        Assert.Equal(["h0 -> hn", "c0 -> cn"], info.StatePairs.Select(static p => $"{p.Input} -> {p.Output}"));
    }

    [Fact]
    public void Load_WithNoStatePairs_TakesAllInputsForData()
    {
        var file = new OnnxBuilder(17);
        var sum = file.Node("Add", [file.Input("p", "1 2"), file.Input("q", "1 2")]);
        file.Output(file.Node("Relu", [sum]), "1 2", "r");
        file.Output(sum, "1 2", "s");
        var path = file.Write(Path.Combine(_folder, "model.onnx"));
        File.WriteAllText(Path.Combine(_folder, "model.json"), """{ "state_pairs": [] }""");

        var model = ModelLoader.Load(path);
        using var _ = model as IDisposable;

        Assert.Equal(["p", "q"], model.Info.Inputs.Select(static i => i.Name));
        Assert.Equal(["r", "s"], model.Info.Outputs.Select(static o => o.Name));
        Assert.Empty(model.Info.StatePairs);
    }

    [Fact]
    public void Load_WithBackendAndBatching_TakesThem()
    {
        var info = Load("""{ "backend": "onnxruntime", "allow_batching": true, "outputs": { "y": { "name": "demand" } } }""").Info;

        Assert.Equal(("onnxruntime", int.MaxValue, "demand"), (info.Backend, info.MaxBatch, info.Outputs[0].Notes?.Name));
    }

    [Theory]
    [InlineData("x.onnx", "x.json", true)]
    [InlineData("x.onnx", "model.json", true)]
    [InlineData("model.onnx", "model.json", true)]
    [InlineData("x.onnx", "y.json", false)]
    public void Load_LooksForTheSidecar(string model, string sidecar, bool found)
    {
        ModelLoaderTests.Lstm(true, false).Write(Path.Combine(_folder, model));
        File.WriteAllText(Path.Combine(_folder, sidecar), """{ "backend": "onnxruntime" }""");

        Assert.Equal(found ? "onnxruntime" : "native", ModelLoader.Load(Path.Combine(_folder, model)).Info.Backend);
    }

    [Fact]
    public void Load_OfSeveralModelsInAFolder_LeavesModelJsonToModelOnnx()
    {
        ModelLoaderTests.Lstm(true, false).Write(Path.Combine(_folder, "a.onnx"));
        ModelLoaderTests.Lstm(true, false).Write(Path.Combine(_folder, "model.onnx"));
        File.WriteAllText(Path.Combine(_folder, "model.json"), """{ "backend": "onnxruntime" }""");

        Assert.Equal("native", ModelLoader.Load(Path.Combine(_folder, "a.onnx")).Info.Backend);
        Assert.Equal("onnxruntime", ModelLoader.Load(Path.Combine(_folder, "model.onnx")).Info.Backend);
    }

    [Theory]
    [InlineData("[1]", "expected an object { … } but found a list.")]
    [InlineData("""{ "state_pairs": [["h0"]] }""", "state_pairs has to be a list of pairs of an input and an output: [[\"h0\", \"hn\"], …].")]
    [InlineData("""{ "frame_context": -1 }""", "frame_context has to be a whole number from 0 but is -1.")]
    [InlineData("""{ "backend": "cuda" }""", "backend is \"cuda\"; expected \"auto\", \"native\" or \"onnxruntime\".")]
    [InlineData("""{ "weights": "fp8" }""", "weights is \"fp8\"; expected \"float32\", \"bfloat16\", \"int8\".")]
    [InlineData("""{ "allow_batching": 1 }""", "allow_batching has to be true or false but is a number.")]
    [InlineData("""{ "inputs": [] }""", "inputs has to be an object with the graph's names as fields but is a list.")]
    [InlineData("""{ "inputs": { "x": 3 } }""", "inputs.x has to be an object but is a number.")]
    [InlineData("""{ "inputs": { "x": { "name": "" } } }""", "inputs.x.name has to be a text of 1 to 200 characters.")]
    [InlineData("""{ "inputs": { "x": { "features": [1, 2, 3] } } }""", "inputs.x.features has to be a list of texts.")]
    [InlineData("""{ "inputs": { "x": { "units": 3 } } }""", "inputs.x.units has to be a list of texts, or one text for all.")]
    [InlineData("""{ "pairs": [] }""", "pairs is unknown; the fields are state_pairs, frame_context, inputs, outputs, backend, allow_batching, weights.")]
    [InlineData("""{ "inputs": { "x": { "quantiles": [0.5] } } }""", "inputs.x.quantiles is unknown; the fields of inputs.x are name, features, units, time_axis, batch_axis, shape, values, given.")]
    [InlineData("""{ "inputs": { "x": { "given": "once" } } }""", "inputs.x.given is \"once\"; expected \"step\" or \"session\".")]
    [InlineData("""{ "inputs": { "x": { "shape": [1, 1.5, 3] } } }""", "inputs.x.shape has to be a list of whole numbers from 1 to 2147483647 but is [1, 1.5, 3].")]
    [InlineData("""{ "inputs": { "x": { "shape": [1, 2147483648, 3] } } }""", "inputs.x.shape has to be a list of whole numbers from 1 to 2147483647 but is [1, 2147483648, 3].")]
    [InlineData("""{ "inputs": { "x": { "shape": [1, 0, 3] } } }""", "inputs.x.shape has to be a list of whole numbers from 1 to 2147483647 but is [1, 0, 3].")]
    [InlineData("""{ "inputs": { "x": { "shape": "3" } } }""", "inputs.x.shape has to be a list of whole numbers from 1 to 2147483647 but is \"3\".")]
    [InlineData("""{ "inputs": { "z": {} } }""", "the model has no 'z' among its inputs: 'x'.")]
    [InlineData("""{ "inputs": { "h0": { "name": "h" } } }""", "inputs.h0 is a state, which a session keeps; only axes can be given for it.")]
    [InlineData("""{ "inputs": { "x": { "features": ["a", "b"] } } }""", "inputs.x.features has 2 names, but a timestep has 3 values.")]
    [InlineData("""{ "inputs": { "x": { "features": ["a", "b", "a"] } } }""", "inputs.x.features has 'a' twice.")]
    [InlineData("""{ "inputs": { "x": { "units": ["a", "b"] } } }""", "inputs.x.units has 2 units, but a timestep has 3 values; expected one for each or one for all.")]
    [InlineData("""{ "outputs": { "y": { "quantiles": [0.1, 0.5, 0.9] } } }""", "outputs.y.quantiles has 3 numbers, but the last axis has 2 values.")]
    [InlineData("""{ "outputs": { "y": { "quantiles": [0.9, 0.1] } } }""", "outputs.y.quantiles has to be numbers between 0 and 1, ascending.")]
    [InlineData("""{ "outputs": { "y": { "quantiles": [0, 0.1] } } }""", "outputs.y.quantiles has to be numbers between 0 and 1, ascending.")]
    public void Load_WithOneFault_SaysIt(string json, string fault) =>
        Assert.Equal($"In model.json: {fault}", Assert.Single(Assert.Throws<ModelLoadException>(() => Load(json)).Faults).ToString());

    [Fact]
    public void Load_WithSeveralFaults_ReportsAllAtOnce() => Assert.Equal(
        [
            "In model.json: colour is unknown; the fields are state_pairs, frame_context, inputs, outputs, backend, allow_batching, weights.",
            "In model.json: frame_context has to be a whole number from 0 but is 1.5.",
            "In model.json: outputs.y.time_axis has to be a whole number from 0 but is -1.",
        ],
        Assert.Throws<ModelLoadException>(() => Load("""{ "colour": 1, "frame_context": 1.5, "outputs": { "y": { "time_axis": -1 } } }""")).Faults.Select(static f => f.ToString()));

    [Fact]
    public void Load_OfBrokenJson_SaysLineAndPlace()
    {
        var fault = Assert.Single(Assert.Throws<ModelLoadException>(() => Load("{\n  \"backend\": native\n}")).Faults).ToString();

        Assert.StartsWith("In model.json: line 2, byte 15: ", fault, StringComparison.Ordinal);
        Assert.DoesNotContain("LineNumber", fault, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_WithAFieldTwice_IsRefused() =>
        Assert.StartsWith("In model.json: ", Assert.Single(Assert.Throws<ModelLoadException>(() => Load("""{ "backend": "native", "backend": "auto" }""")).Faults).ToString(), StringComparison.Ordinal);

    [Fact]
    public void Load_WithPairsThatDoNotFit_SaysSoWhateverTheBackend()
    {
        foreach (var backend in (string[])["native", "onnxruntime", "auto"])
        {
            var error = Assert.Throws<ModelLoadException>(() => Load($$"""{ "backend": "{{backend}}", "state_pairs": [["h0", "y"]] }"""));
            Assert.Equal(
                "In state_pairs in model.json: the output 'y' is float32 [T, B, 2] and cannot be the next value of the input 'h0', which is float32 [1, B, 4]; expected the same type and shape.",
                Assert.Single(error.Faults).ToString());
        }
    }

    [Theory]
    [InlineData("time_axis", 1, 0)]
    [InlineData("time_axis", 2, 0)]
    [InlineData("batch_axis", 2, 1)]
    public void Load_WithAnotherAxisThanTheRecurrentNodeTakes_IsRefused(string field, int said, int found)
    {
        var error = Assert.Throws<ModelLoadException>(() => Load($$"""{ "inputs": { "x": { "{{field}}": {{said}} } } }"""));

        Assert.Equal($"The {field} of 'x' is given as {said}, but the recurrent node that it goes into takes axis {found} for it.", Assert.Single(error.Faults).ToString());
    }

    [Fact]
    public void Load_OfJsonWithAByteOrderMark_ReadsIt() => Assert.Equal("kWh", Assert.Single(Load("\uFEFF{ \"outputs\": { \"y\": { \"units\": \"kWh\" } } }").Info.Outputs[0].Notes?.Units ?? []));

    [Fact]
    public void Load_WithAxesThatTheGraphRefutes_ReportsBothBackends()
    {
        var error = Assert.Throws<ModelLoadException>(() => Load("""{ "outputs": { "y": { "time_axis": 1 } } }"""));

        Assert.Equal(
            [
                "In model.json: outputs.y.time_axis is 1, but the native engine finds it on axis 0.",
                "In ONNX Runtime: The time_axis of 'y' is given as 1, but trial runs show it on axis 0.",
            ],
            error.Faults.Select(static f => f.ToString()));
    }

    [Fact]
    public void Load_WithShapeAndFrameContext_RunsFrames()
    {
        var file = new OnnxBuilder(17);
        var x = file.Input("audio", "B samples");
        var s = file.Input("s", "B 1");
        var sum = file.Reduce("ReduceSum", x, true, 1);
        file.Output(file.ForeignNode("QuickGelu", [file.Node("Mul", [sum, s])]), "B 1", "y");
        file.Output(file.Node("Add", [file.Node("Mul", [s, file.Floats([0.5f])]), sum]), "B 1", "sNext");
        file.Write(Path.Combine(_folder, "model.onnx"));

        var model = LoadBeside("""{ "frame_context": 2, "inputs": { "audio": { "shape": [1, 5] } } }""");

        Assert.Equal(("onnxruntime", 3, 2), (model.Info.Backend, model.Info.InputSize, model.Info.FrameContext));
        var state = model.CreateState();
        var y = new float[1];
        model.Step(state, [1, 2, 3], y);
        model.Step(state, [4, 5, 6], y);
        Assert.Equal([20 * 6], y);
    }

    [Theory]
    [InlineData("bfloat16", WeightFormat.BFloat16)]
    [InlineData("int8", WeightFormat.Int8)]
    [InlineData("float32", WeightFormat.Float32)]
    public void Load_WithWeights_KeepsThemSo(string name, WeightFormat expected) =>
        Assert.Equal(expected, Load($$"""{ "weights": "{{name}}" }""").Info.Weights);

    [Fact]
    public void Load_WithWeightsForOnnxRuntime_IsRefused() =>
        Assert.Equal(
            "In model.json: weights is \"int8\"; only the native engine keeps them so, and this model runs in ONNX Runtime. Leave the field out.",
            Assert.Single(Assert.Throws<ModelLoadException>(() => Load("""{ "backend": "onnxruntime", "weights": "int8" }""")).Faults).ToString());

    private Model Load(string json)
    {
        ModelLoaderTests.Lstm(true, false).Write(Path.Combine(_folder, "model.onnx"));
        return LoadBeside(json);
    }

    private Model LoadBeside(string json)
    {
        File.WriteAllText(Path.Combine(_folder, "model.json"), json);
        return ModelLoader.Load(Path.Combine(_folder, "model.onnx"));
    }
}
