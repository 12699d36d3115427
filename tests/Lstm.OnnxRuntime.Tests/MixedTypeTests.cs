using Lstm.Engine;
using Lstm.Tests.Shared.Onnx;
using DataType = Lstm.Engine.Onnx.Schema.TensorProto.Types.DataType;

namespace Lstm.OnnxRuntime.Tests;

/// <summary>Nodes whose inputs are of different types where ONNX demands one: ONNX Runtime refuses them, and so does the native engine.</summary>
public sealed class MixedTypeTests : IDisposable
{
    private static readonly Dictionary<string, string[]> InputsOf = new()
    {
        ["LSTM"] = ["W", "R", "B", "h0", "c0", "P"],
        ["GRU"] = ["W", "R", "B", "h0"],
        ["RNN"] = ["W", "R", "B", "h0"],
    };

    private readonly string _path = Path.GetTempFileName();

    public static TheoryData<string, string, string> Recurrent
    {
        get
        {
            var cases = new TheoryData<string, string, string>();
            foreach (var (kind, inputs) in InputsOf)
            {
                foreach (var input in inputs)
                    cases.Add(kind, input, "Double");
                cases.Add(kind, "W", "Float16");
            }
            return cases;
        }
    }

    public void Dispose() => File.Delete(_path);

    [Theory, MemberData(nameof(Recurrent))]
    public void Load_OfACellWithOneInputOfAnotherType_IsRefused(string kind, string other, string type)
    {
        Cell(kind, name => name == other ? Enum.Parse<DataType>(type) : DataType.Float);

        Assert.Equal(
            $"{kind} 'cell': its inputs 'X' and '{other}' are of types float32 and {(type == "Double" ? "float64" : "float16")}; expected one type. Cast one of them where the model is exported.",
            Refusal());
    }

    [Theory]
    [InlineData("LSTM")]
    [InlineData("GRU")]
    [InlineData("RNN")]
    public void Load_OfACellOfDouble_IsAccepted(string kind)
    {
        Cell(kind, static _ => DataType.Double);

        Assert.Equal("float64", Model.Load(_path).Info.Inputs[0].ElementType);
    }

    [Theory]
    [InlineData("Add")]
    [InlineData("Sub")]
    [InlineData("Mul")]
    [InlineData("Div")]
    [InlineData("Min")]
    [InlineData("Max")]
    [InlineData("Sum")]
    [InlineData("Mean")]
    [InlineData("PRelu")]
    [InlineData("Less")]
    [InlineData("Equal")]
    [InlineData("GreaterOrEqual")]
    [InlineData("MatMul")]
    [InlineData("Gemm")]
    [InlineData("Concat")]
    [InlineData("Where")]
    [InlineData("Clip")]
    [InlineData("LayerNormalization")]
    public void Load_OfTwoTypesInOneNode_IsRefused(string op)
    {
        foreach (var (type, name) in new[] { (DataType.Double, "float64"), (DataType.Int64, "int64") })
        {
            var file = new OnnxBuilder(17);
            var x = file.Cast(file.Input("x", "1 2"), DataType.Float);
            // As a constant, and as a value of the step.
            foreach (var isConstant in new[] { true, false })
            {
                file.Graph.Node.Clear();
                file.Graph.Output.Clear();
                x = file.Cast("x", DataType.Float);
                var shape = op is "MatMul" or "Gemm" ? new long[] { 2, 2 } : op is "Clip" ? [] : [2];
                var values = new float[shape.Aggregate(1L, static (p, n) => p * n)];
                var other = isConstant
                    ? file.Initializer(type == DataType.Int64 ? OnnxTensor.Of(Array.ConvertAll(values, static v => (long)v), shape) : OnnxTensor.Of(type, values, shape))
                    : file.Cast(file.Floats(values, shape), type);
                string[] inputs = op switch
                {
                    "Where" => [file.Node("Greater", [x, file.Floats([0])]), x, other],
                    "Clip" => [x, other],
                    _ => [x, other],
                };
                var y = file.Node(op, inputs, op == "Concat" ? [("axis", 0)] : []);
                file.Output(file.Cast(y, DataType.Float), "? ?", "y");
                file.Write(_path);

                Assert.Contains($"are of types float32 and {name}; expected one type.", Refusal(), StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public void Load_OfWholeNumbersWhereFloatsAreDue_IsRefused()
    {
        var file = new OnnxBuilder(17);
        file.Output(file.Node("Sigmoid", [file.Input("x", "T B 2", DataType.Int64)]), "T B 2", "y", DataType.Int64);
        file.Write(_path);

        Assert.Equal("Sigmoid 'Sigmoid_0': its input 'x' is of type int64; expected a floating-point type. Cast it where the model is exported.", Refusal());
    }

    [Fact]
    public void Load_OfSequenceLensOfAnotherType_IsRefused()
    {
        Cell("GRU", static _ => DataType.Float, lengths: DataType.Int64);

        Assert.Equal("GRU 'cell': its input 'lens' (sequence_lens) is of type int64; expected int32.", Refusal());
    }

    private string Refusal()
    {
        // ONNX Runtime judges the file alike.
        Assert.Throws<ModelLoadException>(() => OrtModel.LoadAsWritten(_path).Dispose());
        var fault = Assert.Throws<ModelLoadException>(() => Model.Load(_path)).Faults[0];
        Assert.Equal(ModelFaultKind.Wrong, fault.Kind);
        return fault.ToString();
    }

    private void Cell(string kind, Func<string, DataType> type, DataType? lengths = null)
    {
        const int Hidden = 2;
        var file = new OnnxBuilder(17);
        var rows = Hidden * kind switch { "LSTM" => 4, "GRU" => 3, _ => 1 };
        string Weight(string name, params long[] dims)
        {
            var tensor = OnnxTensor.Of(type(name), new float[dims.Aggregate(1L, static (p, n) => p * n)], dims);
            tensor.Name = name;
            return file.Initializer(tensor);
        }
        string[] inputs =
        [
            file.Input("X", "T B 3", type("X")),
            Weight("W", 1, rows, 3),
            Weight("R", 1, rows, Hidden),
            Weight("B", 1, 2 * rows),
            lengths is { } of ? file.Input("lens", "B", of) : "",
            Weight("h0", 1, 1, Hidden),
            .. kind == "LSTM" ? [Weight("c0", 1, 1, Hidden), Weight("P", 1, 3 * Hidden)] : Array.Empty<string>(),
        ];
        var y = file.Node(kind, inputs, ("hidden_size", Hidden));
        file.Graph.Node[^1].Name = "cell";
        file.Output(y, "T 1 B 2", "Y", type("X"));
        file.Write(_path);
    }
}
