using Lstm.Engine;
using Lstm.Engine.Onnx.Schema;
using Lstm.OnnxRuntime;
using Lstm.Tests.Shared.Onnx;
using DataType = Lstm.Engine.Onnx.Schema.TensorProto.Types.DataType;

namespace Lstm.Models.Tests;

/// <summary>ONNX Runtime is asked before anything is refused as unsupported, and one fault accuses no other node.</summary>
public sealed class FallbackTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("lstm-fallback-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Load_OfALoopBehindAnUnsupportedOperator_RunsInOnnxRuntimeAndAccusesNoOtherNode()
    {
        var file = new OnnxBuilder(17);
        var x = file.Input("x", "B T 3");
        var seq = file.Transpose(file.ForeignNode("FusedMatMul", [x, file.Floats([1, 0, 0, 0, 1, 0, 0, 0, 1], 3, 3)]), 1, 0, 2);
        var body = file.Subgraph();
        var round = body.Input("round", "", DataType.Int64);
        var go = body.Input("go", "", DataType.Bool);
        var carried = body.Input("carried", "B 3");
        var next = body.Node("Tanh", [body.Node("Add", [carried, body.Node("Gather", [seq, round], ("axis", 0))])]);
        body.Output(go, "", "go_on", DataType.Bool);
        body.Output(next, "B 3", "next");
        var rounds = file.Node("Gather", [file.Node("Shape", [seq]), file.Integer(0)], ("axis", 0));
        var start = file.Node("Mul", [file.Node("Gather", [seq, file.Integer(0)], ("axis", 0)), file.Floats([0])]);
        file.Output(file.Node("Loop", [rounds, "", start], ("body", body.Graph)), "B 3", "y");

        var model = ModelLoader.Load(Write(file));

        Assert.Equal("onnxruntime", model.Info.Backend);
        Assert.Equal("FusedMatMul", Assert.Single(model.Info.NotNative).Operator);
        var sequence = new Sequence(model.CreateState(), 2, new float[] { 1, 2, 3, 0, 0, 0 }, new float[6]);
        model.Predict([sequence]);
        Assert.Equal(MathF.Tanh(MathF.Tanh(1)), sequence.Y.Span[3], 1e-6f);
    }

    [Fact]
    public void Load_OfAnInputWithMoreValuesThanATensorHolds_SaysSo()
    {
        var file = new OnnxBuilder(17);
        var x = file.ForeignNode("Gelu", [file.Input("x", "2147483647 2147483647 5")]);
        var y = file.Nodes("GRU", [true, false], [x, file.Floats(new float[30], 1, 6, 5), file.Floats(new float[12], 1, 6, 2)], ("hidden_size", 2));
        file.Output(y[0], "2147483647 1 2147483647 2", "y");

        var error = Assert.Throws<ModelLoadException>(() => ModelLoader.Load(Write(file)));

        Assert.Equal(
            "In ONNX Runtime: A tensor has more than 2147483647 values for one timestep of one session; check the shapes of the inputs in the file and in model.json: 'x' [2147483647, 2147483647, 5].",
            error.Faults[^1].Reason);
    }

    [Fact]
    public void Load_OfAWrittenDecoderOverAContext_StepsInOnnxRuntimeWithTheContextGivenOnce()
    {
        // The native engine could read the context's open axis as time: then h would be data, and nothing streams.
        var file = new OnnxBuilder(17);
        var token = file.Input("token", "B", DataType.Int64);
        var h = file.Input("h", "B 2");
        var context = file.Input("context", "B S 2");
        var scores = file.Node("ReduceSum", [file.Node("Mul", [file.Unsqueeze(h, 1), context]), file.Integers(2)], ("keepdims", 0));
        var weights = file.Node("Softmax", [scores], ("axis", 1));
        var seen = file.Node("ReduceSum", [file.Node("Mul", [file.Unsqueeze(weights, 2), context]), file.Integers(1)], ("keepdims", 0));
        var x = file.Node("Gather", [file.Floats([0.1f, -0.3f, 0.5f, 0.2f], 2, 2), token]);
        var next = file.Node("Tanh", [file.Node("Add", [file.Node("MatMul", [h, file.Floats([0.5f, -0.2f, 0.1f, 0.4f], 2, 2)]), file.Node("Add", [x, seen])])]);
        file.Output(file.Node("MatMul", [next, file.Floats([1, 2, 3, 4, 5, 6], 2, 3)]), "B 3", "y");
        file.Output(next, "B 2", "h_next");

        var model = ModelLoader.Load(Write(file));

        Assert.True(model.Info.IsStreamable);
        Assert.Equal("onnxruntime", model.Info.Backend);
        Assert.Equal(["token"], model.Info.Inputs.Select(static i => i.Name));
        Assert.Equal(["context"], model.Info.SessionInputs.Select(static i => i.Name));
        Assert.Equal(["y"], model.Info.Outputs.Select(static o => o.Name));
    }

    [Theory]
    [InlineData(23)]
    [InlineData(24)]
    [InlineData(25)]
    public void Load_OfANewOpset_IsNative(int opset) => Assert.Equal("native", ModelLoader.Load(Write(Lstm(opset))).Info.Backend);

    [Fact]
    public void Load_OfAnOpsetThatNoOneKnows_SaysWhatBothSay()
    {
        var error = Assert.Throws<ModelLoadException>(() => ModelLoader.Load(Write(Lstm(999))));

        Assert.Equal("The file uses version 999 of the ONNX operator set; expected 7 to 25. Export it again with an opset in that range.", error.Faults[0].Reason);
        Assert.StartsWith($"ONNX Runtime {OrtModel.Version} says: ", error.Faults[1].Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_OfModelLocalFunctions_PutsThemInPlaceAndIsNative()
    {
        var (plain, called) = (Lstm(17), Lstm(17));
        AddFunction(called, 17);

        var (a, b) = (ModelLoader.Load(Write(plain, "plain")), ModelLoader.Load(Write(called, "called")));

        Assert.Equal(("native", "native"), (a.Info.Backend, b.Info.Backend));
        Assert.Equal(Step(a).Select(static v => 3 * v), Step(b));
    }

    [Fact]
    public void Load_OfFunctionsOfAnotherOpset_RunsInOnnxRuntime()
    {
        var file = Lstm(17);
        AddFunction(file, 18);

        var model = ModelLoader.Load(Write(file));

        Assert.Equal("onnxruntime", model.Info.Backend);
        Assert.Equal(
            "The file has 2 of model-local functions, some of which cannot be put in the place of their calls; export the model without.",
            Assert.Single(model.Info.NotNative).ToString());
    }

    [Fact]
    public void Load_OfAContribOperator_RunsInOnnxRuntime()
    {
        var file = Lstm(17);
        file.Output(file.ForeignNode("QuickGelu", ["y"]), "T 1 B 4", "z");

        var model = ModelLoader.Load(Write(file));

        Assert.Equal("onnxruntime", model.Info.Backend);
        Assert.Equal("QuickGelu 'QuickGelu_3': the operator of domain 'com.microsoft' is not supported natively.", Assert.Single(model.Info.NotNative).ToString());
    }

    [Fact]
    public void Load_OfTwoSubgraphsWithTheSameNames_IsNative()
    {
        var file = Lstm(17);
        var taken = file.Initializer(new TensorProto { DataType = (int)DataType.Bool, Int32Data = { 1 } });
        var last = "y";
        for (var n = 0; n < 2; n++)
        {
            GraphProto Branch(string op) => new()
            {
                Name = op,
                Node = { new NodeProto { OpType = op, Input = { last }, Output = { "inside" } } },
                Output = { new ValueInfoProto(file.Graph.Output[0]) { Name = "inside" } },
            };
            last = file.Node("If", [taken], ("then_branch", Branch("Neg")), ("else_branch", Branch("Abs")));
        }
        file.Output(last, "T 1 B 4");

        Assert.Equal("native", ModelLoader.Load(Write(file)).Info.Backend);
    }

    private static float[] Step(Model model)
    {
        var y = new float[model.Info.OutputSize];
        model.Step(model.CreateState(), [0.1f, 0.2f, 0.3f], y);
        return y;
    }

    private static OnnxBuilder Lstm(int opset)
    {
        var random = new Random(1);
        float[] Draw(int count) => [.. Enumerable.Range(0, count).Select(_ => random.NextSingle() - 0.5f)];
        var file = new OnnxBuilder(opset);
        var x = file.Input("x", "T B 3");
        file.Output(file.Nodes("LSTM", [true], [x, file.Floats(Draw(48), 1, 16, 3), file.Floats(Draw(64), 1, 16, 4)], ("hidden_size", 4))[0], "T 1 B 4", "y");
        return file;
    }

    // y is computed as 3·y by a function that calls another one with an attribute.
    private static void AddFunction(OnnxBuilder file, int opset)
    {
        const string domain = "of.mine";
        file.Model.OpsetImport.Add(new OperatorSetIdProto { Domain = domain, Version = 1 });
        OperatorSetIdProto[] imports = [new() { Version = opset }, new() { Domain = domain, Version = 1 }];
        var value = OnnxAttribute.Of("value_float", 0f);
        value.RefAttrName = "by";
        var scale = new FunctionProto { Domain = domain, Name = "Scale", Input = { "a" }, Output = { "b" }, Attribute = { "by" }, OpsetImport = { imports } };
        scale.Node.Add(new NodeProto { OpType = "Constant", Output = { "factor" }, Attribute = { value } });
        scale.Node.Add(new NodeProto { OpType = "Mul", Input = { "a", "factor" }, Output = { "b" } });
        var triple = new FunctionProto { Domain = domain, Name = "Triple", Input = { "a" }, Output = { "b" }, OpsetImport = { imports } };
        triple.Node.Add(new NodeProto { OpType = "Scale", Domain = domain, Input = { "a" }, Output = { "b" }, Attribute = { OnnxAttribute.Of("by", 3f) } });
        file.Model.Functions.Add([scale, triple]);
        file.Graph.Node[^1].Output[0] = "inner";
        file.Graph.Node.Add(new NodeProto { OpType = "Triple", Domain = domain, Input = { "inner" }, Output = { "y" } });
    }

    private string Write(OnnxBuilder file, string name = "model") => file.Write(Path.Combine(_folder, $"{name}.onnx"));
}
