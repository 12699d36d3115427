using Google.Protobuf;
using Lstm.Engine.Onnx.Schema;
using Lstm.Tests.Shared;
using Lstm.Tests.Shared.Onnx;

namespace Lstm.Engine.Tests.Onnx;

/// <summary>What cannot be loaded ends in one exception that names every fault: file, node, operator, reason.</summary>
public sealed class ModelLoadTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("lstm-load-").FullName;

    public static TheoryData<string> BadFiles =>
        [.. Directory.GetFiles(Repository.Path("tests", "data", "zoo", "bad"), "*.onnx").Select(static f => Path.GetFileName(f))];

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory, MemberData(nameof(BadFiles))]
    public void Load_OfBrokenFile_IsRefusedWithReasons(string file)
    {
        string path = ShippedModels.Bad(file);

        var error = Assert.Throws<ModelLoadException>(() => Model.Load(path));

        Assert.Equal(path, error.Path);
        Assert.NotEmpty(error.Faults);
        Assert.All(error.Faults, static f => Assert.NotEmpty(f.Reason));
        Assert.StartsWith($"Cannot load '{path}': ", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("empty.onnx", "The file is empty.")]
    [InlineData("opset_999.onnx", "The file uses version 999 of the ONNX operator set; expected 7 to 25. Export it again with an opset in that range.")]
    [InlineData("hidden_size.onnx", "LSTM 'LSTM__3': hidden_size is 6 but R has shape [1, 20, 5]; expected [1, 4·hidden_size, hidden_size].")]
    [InlineData("short_raw_data.onnx", "Initializer: tensor 'W' of shape [1, 20, 3] needs 240 bytes of raw_data but has 232; the file is damaged.")]
    [InlineData("output_missing.onnx", "The output 'nowhere' is computed by no node.")]
    [InlineData("cycle.onnx", "The graph has a cycle through 'Add__1', 'Add__2'; expected an acyclic graph.")]
    [InlineData("unknown_activation.onnx", "LSTM 'LSTM__3': the activation 'Wiggle' is not known; expected one of Sigmoid, Tanh, Relu, LeakyRelu, ThresholdedRelu, ScaledTanh, HardSigmoid, Elu, Softsign, Softplus, Affine.")]
    [InlineData("weight_shape.onnx", "LSTM 'LSTM__3': hidden_size is 5 but R has shape [1, 20, 4]; expected [1, 4·hidden_size, hidden_size].")]
    [InlineData("missing_initializer.onnx", "LSTM 'LSTM__3': its input 'R' is neither an input nor an initializer nor computed by a node.")]
    [InlineData("huge_dims.onnx", "Initializer: tensor 'W' has shape [1, 1099511627776, 3]; expected dimensions that are not negative, and at most 268435456 values.")]
    [InlineData("negative_dims.onnx", "Initializer: tensor 'W' has shape [1, -20, 3]; expected dimensions that are not negative, and at most 268435456 values.")]
    [InlineData("external_escape.onnx", "Initializer: tensor 'W' is stored in another file (external data): its location '../../../etc/hostname' has a '..'; expected a path with '/' from the model's folder on, to a file inside.")]
    [InlineData("text.onnx", "The file is not an ONNX model, or it is damaged: Completed reading a message while more data was available in the stream.")]
    [InlineData("truncated.onnx", "The file is not an ONNX model, or it is damaged: While parsing a protocol message, the input ended unexpectedly in the middle of a field.  This could mean either that the input has been truncated or that an embedded message misreported its own length.")]
    [InlineData("flipped.onnx", "The file is not an ONNX model, or it is damaged: While parsing a protocol message, the input ended unexpectedly in the middle of a field.  This could mean either that the input has been truncated or that an embedded message misreported its own length.")]
    [InlineData("unknown_op.onnx", "NoSuchOp 'NoSuchOp__4': the operator is not supported natively.")]
    public void Load_OfBrokenFile_SaysWhat(string file, string reason) =>
        Assert.Equal(reason, Assert.Single(Assert.Throws<ModelLoadException>(() => Model.Load(ShippedModels.Bad(file))).Faults).ToString());

    [Fact]
    public void Load_OfAbsentFile_SaysSo()
    {
        string path = Path.Combine(_folder, "none.onnx");

        string message = Assert.Throws<ModelLoadException>(() => Model.Load(path)).Message;

        Assert.StartsWith($"Cannot load '{path}': The file cannot be read: Could not find file", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_WithSeveralFaults_ReportsAllAtOnce()
    {
        ModelProto model = Read(ShippedModels.NycTaxi);
        NodeProto[] lstm = [.. model.Graph.Node.Where(static n => n.OpType == "LSTM")];
        lstm[0].Attribute.Add(new AttributeProto { Name = "clip", Type = AttributeProto.Types.AttributeType.Float, F = -3f });
        lstm[1].Attribute.Add(new AttributeProto { Name = "direction", Type = AttributeProto.Types.AttributeType.String, S = ByteString.CopyFromUtf8("reverse") });
        model.Graph.Node.First(static n => n.OpType == "Mul").OpType = "Frobnicate";

        var error = Assert.Throws<ModelLoadException>(() => Model.Load(Write(model)));

        Assert.Equal(
            [
                "LSTM '/lstm/LSTM': clip is -3; expected a positive number.",
                "Frobnicate '/Mul': the operator is not supported natively.",
            ],
            error.Faults.Select(static f => f.ToString()));
        Assert.Equal([ModelFaultKind.Wrong, ModelFaultKind.Unsupported], error.Faults.Select(static f => f.Kind));
        Assert.Contains("2 faults. ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_WithUnknownAttribute_NamesIt()
    {
        ModelProto model = Read(ShippedModels.NycTaxi);
        model.Graph.Node.First(static n => n.OpType == "LSTM").Attribute.Add(new AttributeProto { Name = "wobble", Type = AttributeProto.Types.AttributeType.Int, I = 1 });

        var error = Assert.Throws<ModelLoadException>(() => Model.Load(Write(model)));

        Assert.Equal("LSTM '/lstm/LSTM': the attribute 'wobble' is not known.", Assert.Single(error.Faults).ToString());
    }

    [Fact]
    public void Load_WithNaNInWeights_NamesThePlace()
    {
        ModelProto model = Read(ShippedModels.CharLm);
        TensorProto r = model.Graph.Initializer.Single(static t => t.Dims is [1, 512, 128]);
        byte[] raw = r.RawData.ToByteArray();
        BitConverter.TryWriteBytes(raw.AsSpan(4 * 77), float.NaN);
        r.RawData = ByteString.CopyFrom(raw);

        var error = Assert.Throws<ModelLoadException>(() => Model.Load(Write(model)));

        Assert.Equal("LSTM '/lstm/LSTM': R holds a value that is not finite at place 77; the weights are damaged.", Assert.Single(error.Faults).ToString());
    }

    [Fact]
    public void Load_WithPartsThatAreNotRead_NamesEachOfThem()
    {
        ModelProto model = Read(ShippedModels.NycTaxi);
        model.Functions.Add(new FunctionProto { Domain = "of.no.call", Name = "F", OpsetImport = { new OperatorSetIdProto { Version = 7 } } });
        model.Graph.SparseInitializer.Add(ByteString.Empty);
        model.Graph.QuantizationAnnotation.Add(ByteString.Empty);
        model.TrainingInfo.Add(ByteString.Empty);
        model.Graph.Initializer[0].Segment = ByteString.Empty;

        var error = Assert.Throws<ModelLoadException>(() => Model.Load(Write(model)));

        Assert.Equal(
            [
                "The file has 1 of training_info, which Lstm does not read; export the model without.",
                "The file has 1 of sparse_initializer, which Lstm does not read; export the model without.",
                "The file has 1 of quantization_annotation, which Lstm does not read; export the model without.",
                "The file has 1 of model-local functions, some of which cannot be put in the place of their calls; export the model without.",
                "Initializer: tensor 'mean' is one segment of a larger one, which Lstm does not read; save the model with whole tensors.",
            ],
            error.Faults.Select(static f => f.ToString()));
    }

    [Fact]
    public void Load_WithHugeInput_RefusesItBeforeMakingRoom()
    {
        ModelProto model = Read(ShippedModels.NycTaxiPlain);
        model.Graph.Input[0].Type.TensorType.Shape.Dim[2].DimValue = 2_000_000_000;

        var error = Assert.Throws<ModelLoadException>(() => Model.Load(Write(model)));

        Assert.Equal(
            "The input 'x' has 2000000000 values per timestep and session, taking time on axis 0 and batch on axis 1 of the inputs; at most 1048576 are supported.",
            Assert.Single(error.Faults).ToString());
    }

    [Fact]
    public void Load_WithConstantThatHoldsNone_SaysSo()
    {
        ModelProto model = Read(ShippedModels.NycTaxi);
        model.Graph.Node.First(static n => n.OpType == "Constant").Attribute.Single().T = null;

        var error = Assert.Throws<ModelLoadException>(() => Model.Load(Write(model)));

        Assert.Contains(error.Faults, static f => f is { Operator: "Constant", Reason: "the attribute 'value' is of type Tensor but holds none; the file is damaged." });
    }

    [Fact]
    public void Load_WithConcatOfTwoTypes_SaysSo()
    {
        ModelProto model = Read(ShippedModels.NycTaxiPlain);
        model.Graph.Initializer.Add(new TensorProto { Name = "whole", Dims = { 1 }, DataType = (int)TensorProto.Types.DataType.Int64, Int64Data = { 3 } });
        model.Graph.Node.Add(new NodeProto
        {
            OpType = "Concat",
            Name = "mixed",
            Input = { "inner.ymean", "whole" },
            Output = { "mixed_out" },
            Attribute = { new AttributeProto { Name = "axis", Type = AttributeProto.Types.AttributeType.Int, I = 0 } },
        });

        var error = Assert.Throws<ModelLoadException>(() => Model.Load(Write(model)));

        Assert.Equal("Concat 'mixed': its inputs 'inner.ymean' and 'whole' are of types float32 and int64; expected one type. Cast one of them where the model is exported.", Assert.Single(error.Faults).ToString());
    }

    [Fact]
    public void Load_WithBatchFirst_FindsTheTimeAxis()
    {
        // x [B, T, 5] through a Transpose: the assumption "time first" has to be refuted.
        ModelProto model = Read(ShippedModels.NycTaxiPlain);
        NodeProto first = model.Graph.Node[0];
        var transpose = new NodeProto { OpType = "Transpose", Name = "to_time_first" };
        transpose.Input.Add("batch_first");
        transpose.Output.Add(first.Input[0]);
        transpose.Attribute.Add(new AttributeProto { Name = "perm", Type = AttributeProto.Types.AttributeType.Ints, Ints = { 1, 0, 2 } });
        model.Graph.Node.Insert(0, transpose);
        model.Graph.Input[0].Name = "batch_first";

        Model turned = Model.Load(Write(model));
        Model plain = Model.Load(ShippedModels.NycTaxiPlain);

        float[] x = ShippedModels.TaxiInput(new Random(2));
        var y = new float[3];
        var z = new float[3];
        turned.Step(turned.CreateState(), x, y);
        plain.Step(plain.CreateState(), x, z);
        Assert.Equal(z, y);
    }

    [Fact]
    public void Load_WithTokensWithoutBatch_KeepsTheStateInTheSession()
    {
        // x [T] has no axis for a batch; that of the state, of length 1, is none.
        var file = new OnnxBuilder(14);
        string embedded = file.Node("Gather", [file.Floats(new float[21], 7, 3), file.Input("x", "T", TensorProto.Types.DataType.Int64)]);
        string[] y = file.Nodes("GRU", [true, true], [file.Unsqueeze(embedded, 1), file.Floats(new float[36], 1, 12, 3), file.Floats(new float[48], 1, 12, 4), "", "", file.Input("h0", "1 1 4")], ("hidden_size", 4));
        file.Output(y[0], "T 1 1 4", "y");
        file.Output(y[1], "1 1 4", "hn");

        Model model = Model.Load(file.Write(Path.Combine(_folder, "model.onnx")));

        Assert.Equal(["y"], model.Info.Outputs.Select(static o => o.Name));
        Assert.Equal(4, model.Info.StateSize);
    }

    [Fact]
    public void Load_WithInputWithoutName_SaysSo()
    {
        ModelProto model = Read(ShippedModels.NycTaxi);
        model.Graph.Input.Add(new ValueInfoProto());

        var error = Assert.Throws<ModelLoadException>(() => Model.Load(Write(model)));

        Assert.Equal("An input of the graph has no name.", Assert.Single(error.Faults).ToString());
    }

    [Fact]
    public void Load_WithRecurrentNodeWithoutInputs_SaysSo()
    {
        ModelProto model = Read(ShippedModels.NycTaxi);
        model.Graph.Node.Add(new NodeProto { OpType = "GRU", Name = "empty", Output = { "nothing" } });

        var error = Assert.Throws<ModelLoadException>(() => Model.Load(Write(model)));

        Assert.Equal("GRU 'empty': input 0 is missing.", Assert.Single(error.Faults).ToString());
    }

    [Fact]
    public void Load_WithStartStateInTheFile_StartsThere()
    {
        // The zero state of the plain form becomes a constant 0.25: the first step has to feel it.
        ModelProto model = Read(ShippedModels.CharLmPlain);
        NodeProto zero = model.Graph.Node.Single(static n => n.OpType == "ConstantOfShape");
        zero.Attribute.Single().T.RawData = ByteString.CopyFrom(BitConverter.GetBytes(0.25f));
        Model shifted = Model.Load(Write(model));

        Assert.All(shifted.CreateState().Values.ToArray(), static v => Assert.Equal(0.25f, v));
        ModelState state = shifted.CreateState();
        shifted.Step(state, [3f], new float[65]);
        state.Reset();
        Assert.All(state.Values.ToArray(), static v => Assert.Equal(0.25f, v));
    }

    private static ModelProto Read(string path) => ModelProto.Parser.ParseFrom(File.ReadAllBytes(path));

    private string Write(ModelProto model)
    {
        string path = Path.Combine(_folder, "model.onnx");
        File.WriteAllBytes(path, model.ToByteArray());
        return path;
    }
}
