using Lstm.Engine;
using Lstm.Engine.Onnx.Schema;
using Lstm.Tests.Shared.Onnx;
using DataType = Lstm.Engine.Onnx.Schema.TensorProto.Types.DataType;

namespace Lstm.OnnxRuntime.Tests;

/// <summary>Graphs that the zoo does not have, in ONNX Runtime behind the model interfaces.</summary>
public sealed class HandMadeGraphTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("lstm-ort-").FullName;

    private readonly string _elsewhere = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());

    public void Dispose()
    {
        Directory.Delete(_folder, recursive: true);
        File.Delete(_elsewhere);
    }

    [Fact]
    public void Step_WithOneOutputForTwoStates_FeedsEachItsPart()
    {
        // a' = a + x, b' = b + 10·x, both in one tensor.
        var file = new OnnxBuilder(17);
        var x = file.Input("x", "1 1 2");
        var a = file.Input("a", "2");
        var b = file.Input("b", "2");
        var flat = file.Squeeze(x, 0, 1);
        var nextA = file.Node("Add", [a, flat]);
        var nextB = file.Node("Add", [b, file.Node("Mul", [flat, file.Floats([10])])]);
        file.Output(file.Node("Sub", [nextB, nextA]), "2", "y");
        file.Output(file.Node("Concat", [file.Unsqueeze(nextA, 0), file.Unsqueeze(nextB, 0)], ("axis", 0)), "2 2", "both");
        using var model = Load(file);
        var state = model.CreateState();
        var y = new float[2];

        model.Step(state, [1, 2], y);
        Assert.Equal([9, 18], y);
        model.Step(state, [1, 2], y);
        Assert.Equal([18, 36], y);
        Assert.Equal([2, 4, 20, 40], Copy(state));
    }

    [Fact]
    public void Step_WithFrameContext_PrependsPastSamples()
    {
        // y is the sum over a frame of 5 samples, 2 of them old; s counts the samples' sums.
        var file = Frames();
        using var model = Load(file, hints: new ModelHints { FrameContext = 2 });
        Assert.Equal((3, 3, 2), (model.Info.InputSize, model.Info.StateSize, model.Info.FrameContext));
        Assert.Equal(["s", "x.context"], model.Info.States.Select(static s => s.Name));
        var state = model.CreateState();
        var y = new float[1];

        model.Step(state, [1, 2, 3], y);
        Assert.Equal([6], y);
        model.Step(state, [4, 5, 6], y);
        Assert.Equal([2 + 3 + 15 + 6], y);
        var sequence = new Sequence(model.CreateState(), 2, new float[] { 1, 2, 3, 4, 5, 6 }, new float[2]);
        model.Predict([sequence]);
        Assert.Equal([6, 26], sequence.Y.ToArray());
    }

    [Fact]
    public void Load_WithTooMuchFrameContext_SaysSo()
    {
        var error = Assert.Throws<ModelLoadException>(() => Load(Frames(), hints: new ModelHints { FrameContext = 5 }));

        Assert.Equal("frame_context is 5, but the input 'x' is [1, 5]; expected more samples than that on its last axis.", Assert.Single(error.Faults).ToString());
    }

    [Fact]
    public void Load_OfExternalDataInABranch_IsRefusedBeforeItIsRead()
    {
        var file = new OnnxBuilder(17);
        var x = file.Input("x", "1 2");
        GraphProto[] branches = [.. Enumerable.Range(0, 2).Select(_ =>
        {
            var branch = file.Subgraph();
            var tensor = new TensorProto { DataType = (int)DataType.Float, Dims = { 2 }, DataLocation = TensorProto.Types.DataLocation.External };
            tensor.ExternalData.Add(new StringStringEntryProto { Key = "location", Value = "/etc/passwd" });
            branch.Output(branch.Node("Add", [x, branch.Initializer(tensor)]), "1 2");
            return branch.Graph;
        })];
        var condition = file.Input("which", "", DataType.Bool);
        file.Output(file.Node("If", [condition], ("then_branch", branches[0]), ("else_branch", branches[1])), "1 2", "y");

        var error = Assert.Throws<ModelLoadException>(() => Load(file));

        Assert.Equal(2, error.Faults.Count);
        Assert.All(error.Faults, f => Assert.Equal(
            $"If '{file.Graph.Node[^1].Name}': initializer '{f.Reason.Split('\'')[1]}': tensor '{f.Reason.Split('\'')[1]}' is stored in another file (external data): its location '/etc/passwd' is absolute; expected a path with '/' from the model's folder on, to a file inside.",
            f.ToString()));
    }

    [Fact]
    public void Load_OfWeightsBesideTheFile_GivesTheSameBits()
    {
        var file = new OnnxBuilder(17);
        file.Output(file.Node("CumSum", [file.Node("Mul", [file.Input("x", "T 2"), file.Floats([2, 0.1f], 2)]), file.Integer(0)]), "T 2", "y");
        var tensor = file.Graph.Initializer.Single(static t => t.DataType == (int)DataType.Float);
        var weights = tensor.RawData;
        tensor.ClearRawData();
        tensor.DataLocation = TensorProto.Types.DataLocation.External;
        tensor.ExternalData.Add(new StringStringEntryProto { Key = "location", Value = "beside.bin" });
        File.WriteAllBytes(Path.Combine(_folder, "beside.bin"), weights.ToByteArray());

        using var model = Load(file);
        var sequence = new Sequence(model.CreateState(), 2, new float[] { 1, 1, 2, 3 }, new float[4]);
        model.Predict([sequence]);
        Assert.Equal([2, 0.1f, 6, 0.1f + (3 * 0.1f)], sequence.Y.ToArray());

        // The referee reads by the same rules: it would find the file itself, but not one that a link hides elsewhere.
        using (OrtModel.Load(model.Info.Path))
            File.Move(Path.Combine(_folder, "beside.bin"), _elsewhere);
        File.CreateSymbolicLink(Path.Combine(_folder, "beside.bin"), _elsewhere);
        var error = Assert.Throws<ModelLoadException>(() => OrtModel.Load(model.Info.Path));
        Assert.Equal(
            $"Initializer: tensor '{tensor.Name}' is stored in another file (external data): its location 'beside.bin' leads out of the model's folder over a symbolic link; put the file itself beside the model.",
            Assert.Single(error.Faults).ToString());
    }

    [Fact]
    public void Load_OfWeightsThatAreNoNumbers_SaysWhere()
    {
        var file = new OnnxBuilder(17);
        file.Output(file.Node("Add", [file.Input("x", "T 2"), file.Floats([1, float.NaN], 2)]), "T 2", "y");

        var error = Assert.Throws<ModelLoadException>(() => Load(file));

        Assert.Equal("Initializer 'const_0' holds a value that is not a number at place 1; the weights are damaged.", Assert.Single(error.Faults).ToString());
    }

    [Fact]
    public void Load_WithOpenAxesThatNothingTells_AsksForThem()
    {
        var file = new OnnxBuilder(17);
        file.Output(file.Node("Relu", [file.Input("x", "p q 2")]), "p q 2", "y");

        var error = Assert.Throws<ModelLoadException>(() => Load(file));

        Assert.Equal(
            "The axes 0, 1 of the input 'x' are open, and neither the graph nor trial runs tell which is time and which is the batch. Say it in model.json: "
            + "{\"inputs\": {\"x\": {\"time_axis\": 0, \"batch_axis\": 1}}} or {\"inputs\": {\"x\": {\"time_axis\": 1, \"batch_axis\": 0}}}.",
            Assert.Single(error.Faults).ToString());
    }

    [Fact]
    public void Load_WithAxesThatDoNotFit_ReportsEachFault()
    {
        var file = new OnnxBuilder(17);
        file.Output(file.Node("Relu", [file.Input("x", "p q 2")]), "p q 2", "y");

        var error = Assert.Throws<ModelLoadException>(() => Load(file, hints: new ModelHints
        {
            Layouts = new Dictionary<string, TensorLayout> { ["x"] = new(3, 0), ["z"] = new(0, null), ["y"] = new(0, 0, [1, 1, 2]) },
        }));

        Assert.Equal(
            [
                "The time_axis of 'x' is 3; expected 0 to 2, one of its axes.",
                "Axes are given for 'z', but the graph has no such input or output.",
                "The time_axis and the batch_axis of 'y' are both 0; expected two axes.",
                "A shape is given for the output 'y'; expected it for inputs only.",
            ],
            error.Faults.Select(static f => f.ToString()));
    }

    [Fact]
    public void Predict_WithAnInputWithoutTime_WantsItTheSame()
    {
        var file = new OnnxBuilder(17);
        file.Output(file.Node("Mul", [file.Input("x", "T 2"), file.Input("gain", "")]), "T 2", "y");
        using var model = Load(file);
        Assert.Equal(3, model.Info.InputSize);
        var good = new Sequence(model.CreateState(), 2, new float[] { 1, 2, 10, 3, 4, 10 }, new float[4]);
        var bad = new Sequence(model.CreateState(), 2, new float[] { 1, 2, 10, 3, 4, 11 }, new float[4]);

        model.Predict([good]);
        Assert.Equal([10, 20, 30, 40], good.Y.ToArray());
        Assert.Equal(
            "Timestep 1: the input 'gain' has no axis of time; expected the same values as at timestep 0. (Parameter 'x')",
            Assert.Throws<ArgumentException>(() => model.Predict([bad])).Message);
    }

    [Fact]
    public void Load_WithAmbiguousStates_AsksForTheirPairs()
    {
        var file = new OnnxBuilder(17);
        var sum = file.Node("Add", [file.Input("p", "1 2"), file.Input("q", "1 2")]);
        file.Output(file.Node("Relu", [sum]), "1 2", "r");
        file.Output(sum, "1 2", "s");

        var error = Assert.Throws<ModelLoadException>(() => Load(file));

        Assert.Equal(
            """The graph leaves 2 readings of what its states are. Add the line of the right one to model.json. 'p' becomes 's', and 'q' is data: "state_pairs": [["p", "s"]]; 'q' becomes 's', and 'p' is data: "state_pairs": [["q", "s"]].""",
            Assert.Single(error.Faults).ToString());
        using var model = Load(file, hints: new ModelHints { StatePairs = [("q", "s")] });
        var state = model.CreateState();
        model.Step(state, [1, 2], new float[2]);
        model.Step(state, [1, 2], new float[2]);
        Assert.Equal([2, 4], Copy(state));
    }

    private static OnnxBuilder Frames()
    {
        var file = new OnnxBuilder(17);
        var x = file.Input("x", "1 5");
        var s = file.Input("s", "1 1");
        var sum = file.Reduce("ReduceSum", x, true, 1);
        file.Output(file.Node("Add", [sum, s]), "1 1", "y");
        file.Output(file.Node("Add", [file.Node("Mul", [s, file.Floats([1])]), sum]), "1 1", "sNext");
        return file;
    }

    private static float[] Copy(ModelState state)
    {
        var values = new float[state.Model.Info.StateSize];
        state.CopyTo(values);
        return values;
    }

    private OrtBackedModel Load(OnnxBuilder file, OrtOptions? options = null, ModelHints? hints = null) =>
        OrtBackedModel.Load(file.Write(Path.Combine(_folder, "model.onnx")), options, hints);
}
