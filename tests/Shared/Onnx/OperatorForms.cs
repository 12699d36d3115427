using Lstm.Engine.Onnx.Schema;
using DataType = Lstm.Engine.Onnx.Schema.TensorProto.Types.DataType;

namespace Lstm.Tests.Shared.Onnx;

/// <summary>
/// Operators that run within a timestep, or from timestep to timestep, in forms that files have: from x [T, B, 6] to a value [T, B, …]. Each file
/// remembers a sum, since a graph without a state is no recurrent network.
/// </summary>
internal static class OperatorForms
{
    private static readonly Dictionary<string, (int Opset, Func<OnnxBuilder, string, string> Make)> Forms = new()
    {
        ["einsum, grouped linear"] = (17, static (f, x) => Einsum(f, "btgi,gih->btgh", f.Reshaped(x, 0, 0, 2, 3), Weights(f, 2, 3, 4))),
        ["einsum, other order"] = (17, static (f, x) => Einsum(f, "hgi,tbig->tbhg", Weights(f, 4, 2, 3), f.Reshaped(x, 0, 0, 3, 2))),
        ["einsum, linear with batch last"] = (17, static (f, x) => f.Transpose(Einsum(f, "tbi,io->otb", x, Weights(f, 6, 5)), 1, 2, 0)),
        ["einsum, ellipsis"] = (17, static (f, x) => Einsum(f, "...i,oi->...o", x, Weights(f, 5, 6))),
        ["einsum, implicit result"] = (17, static (f, x) => f.Transpose(Einsum(f, "bti,iz", f.Transpose(x, 1, 0, 2), Weights(f, 6, 4)), 1, 0, 2)),
        ["einsum, outer"] = (17, static (f, x) => Einsum(f, "tbi,j->tbij", x, Weights(f, 3))),
        ["einsum, elementwise"] = (17, static (f, x) => Einsum(f, "tbi,i->tbi", x, Weights(f, 6))),
        ["einsum, broadcast axis"] = (17, static (f, x) => Einsum(f, "tbi,tbj->tbij", x, Weights(f, 1, 1, 2))),
        ["einsum, of two signals"] = (17, static (f, x) => Einsum(f, "tbgi,tbhi->tbgh", f.Reshaped(x, 0, 0, 2, 3), f.Node("Tanh", [f.Reshaped(x, 0, 0, 2, 3)]))),
        ["einsum, of three"] = (17, static (f, x) => Einsum(f, "tbi,ij,tbj->tb", x, Weights(f, 6, 6), f.Node("Tanh", [x]))),
        ["einsum, sums of one side"] = (17, static (f, x) => Einsum(f, "tbi,jk->tbk", x, Weights(f, 2, 3))),
        ["matmul of signals"] = (17, static (f, x) => f.Node("MatMul", [f.Reshaped(x, 0, 0, 2, 3), f.Transpose(f.Node("Tanh", [f.Reshaped(x, 0, 0, 2, 3)]), 0, 1, 3, 2)])),
        ["matmul by matrices"] = (17, static (f, x) => f.Node("MatMul", [f.Reshaped(x, 0, 0, 2, 1, 3), Weights(f, 2, 3, 4)])),
        ["matmul of a vector and signals"] = (17, static (f, x) => f.Node("MatMul", [Weights(f, 2), f.Reshaped(x, 0, 0, 2, 3)])),
        ["quantised and back, uint8"] = (17, static (f, x) => Fake(f, x, f.Floats([0.02f]), Bytes(f, DataType.Uint8, 120))),
        ["quantised and back, int8"] = (13, static (f, x) => Fake(f, x, f.Floats([0.013f]), Bytes(f, DataType.Int8, 0xfd))),
        ["quantised and back, without zero point"] = (17, static (f, x) => Fake(f, x, f.Floats([0.01f]), "")),
        ["quantised and back, per channel"] = (17, static (f, x) => Fake(f, x, f.Floats([0.01f, 0.02f, 0.03f, 0.04f, 0.005f, 0.1f], 6), Bytes(f, DataType.Int8, 0, 1, 2, 250, 4, 5), 2)),
        ["quantised to 16 bits"] = (21, static (f, x) => Fake(f, x, f.Floats([0.0001f]), f.Initializer(new TensorProto { DataType = (int)DataType.Int16, Int32Data = { 7 } }))),
        ["weights dequantised per channel"] = (17, static (f, x) => f.Node("MatMul", [x, f.Node("DequantizeLinear", [Bytes(f, DataType.Int8, [6, 3], 18), f.Floats([0.1f, 0.02f, 0.03f], 3), Bytes(f, DataType.Int8, [3], 3)], ("axis", -1))])),
        ["weights dequantised per block"] = (21, static (f, x) => f.Node("MatMul", [x, f.Node("DequantizeLinear", [Bytes(f, DataType.Int8, [6, 3], 18), Weights(f, 2, 3)], ("axis", 0), ("block_size", 3))])),
        ["scaler"] = (17, static (f, x) => f.Reshaped(Ml(f, f.Node("Scaler", [f.Reshaped(x, -1, 6)], ("offset", new[] { 1f, 2f, 3f, 4f, 5f, 6f }), ("scale", new[] { 1f, .5f, 3f, .25f, 2f, 1f }))), Sizes(f, x), 6)),
        ["scaler of one value"] = (17, static (f, x) => Ml(f, f.Node("Scaler", [x], ("offset", new[] { 1f }), ("scale", new[] { 0.5f })))),
        ["imputer"] = (17, static (f, x) => f.Reshaped(Ml(f, f.Node("Imputer", [f.Node("Round", [f.Reshaped(x, -1, 6)])], ("imputed_value_floats", new[] { 1f, 2f, 3f, 4f, 5f, 6f }), ("replaced_value_float", 1f))), Sizes(f, x), 6)),
        ["instance norm"] = (17, static (f, x) => OfRows(f, x, rows => f.Node("InstanceNormalization", [rows, f.Floats([1.5f, 0.5f], 2), f.Floats([0.1f, -0.1f], 2)], ("epsilon", 1e-3f)))),
        ["group norm, a scale a group"] = (18, static (f, x) => OfRows(f, x, rows => f.Node("GroupNormalization", [rows, f.Floats([1.5f], 1), f.Floats([0.1f], 1)], ("num_groups", 1)))),
        ["group norm, a scale a channel"] = (21, static (f, x) => OfRows(f, x, rows => f.Node("GroupNormalization", [rows, f.Floats([1.5f, 0.5f], 2), f.Floats([0.1f, -0.1f], 2)], ("num_groups", 2)))),
        ["RMS norm"] = (23, static (f, x) => f.Node("RMSNormalization", [x, f.Floats([1, 2, 3, 4, 5, 6], 6)])),
        ["swish"] = (24, static (f, x) => f.Node("Swish", [x], ("alpha", 1.5f))),
        ["L1 norm"] = (17, static (f, x) => f.Node("LpNormalization", [x], ("p", 1), ("axis", -1))),
        ["L2 norm"] = (17, static (f, x) => f.Node("LpNormalization", [x])),
        ["hardmax"] = (17, static (f, x) => f.Node("Hardmax", [x])),
        ["hardmax, old"] = (11, static (f, x) => f.Reshaped(f.Node("Hardmax", [f.Reshaped(x, -1, 6)]), Sizes(f, x), 6)),
        ["mod of floats"] = (17, static (f, x) => f.Node("Mod", [x, f.Floats([0.7f])], ("fmod", 1))),
        ["mod of integers"] = (17, static (f, x) => Float(f, f.Node("Mod", [Whole(f, x), f.Integers(3, -3, 4, -4, 5, 7)]))),
        ["mod of integers, as in C"] = (17, static (f, x) => Float(f, f.Node("Mod", [Whole(f, x), f.Integers(3, -3, 4, -4, 5, 7)], ("fmod", 1)))),
        ["range, folded"] = (17, static (f, x) => f.Node("Add", [x, Float(f, f.Node("Range", [f.Integer(0), f.Integer(12), f.Integer(2)]))])),
        ["range over time"] = (17, static (f, x) => f.Node("Mul", [x, f.Unsqueeze(Float(f, f.Node("Range", [f.Integer(1), f.Node("Add", [Length(f, x), f.Integer(1)]), f.Integer(1)])), 1, 2)])),
        ["range of floats"] = (17, static (f, x) => f.Node("Add", [x, f.Node("Range", [f.Floats([0.5f]), f.Floats([3.5f]), f.Floats([0.5f])])])),
        ["one-hot of what is computed"] = (17, static (f, x) => f.Node("OneHot", [f.Node("ArgMax", [x], ("axis", 2), ("keepdims", 0)), f.Integer(6), f.Floats([-1, 2], 2)])),
        ["one-hot beyond its depth"] = (17, static (f, x) => f.Node("OneHot", [Whole(f, x), f.Integer(4), f.Floats([0, 1], 2)], ("axis", 2))),
        ["largest three"] = (17, static (f, x) => f.Nodes("TopK", [true, true], [x, f.Integers(3)])[0]),
        ["places of the smallest"] = (17, static (f, x) => Float(f, f.Nodes("TopK", [true, true], [f.Node("Round", [f.Reshaped(x, 0, 0, 3, 2)]), f.Integers(2)], ("axis", 2), ("largest", 0))[1])),
        ["largest two, old"] = (9, static (f, x) => f.Nodes("TopK", [true, true], [x], ("axis", 2), ("k", 2))[0]),
        ["last of equals"] = (17, static (f, x) => Float(f, f.Node("ArgMax", [f.Node("Round", [x])], ("axis", 2), ("select_last_index", 1)))),
        ["last of the smallest"] = (17, static (f, x) => Float(f, f.Node("ArgMin", [f.Node("Round", [x])], ("axis", 2), ("select_last_index", 1)))),
        ["upper triangle"] = (17, static (f, x) => f.Node("Trilu", [f.Reshaped(x, 0, 0, 2, 3)])),
        ["lower triangle"] = (17, static (f, x) => f.Node("Trilu", [f.Reshaped(x, 0, 0, 2, 3), f.Integer(-1)], ("upper", 0))),
        ["eye"] = (17, static (f, x) => f.Node("MatMul", [x, f.Node("EyeLike", [Weights(f, 6, 4)], ("k", 1))])),
        ["gathered elements"] = (17, static (f, x) => f.Node("Mul", [x, f.Node("GatherElements", [Weights(f, 2, 6), f.Initializer(OnnxTensor.Of([1, 0, -1, 0, 1, -2], 1, 6))], ("axis", 0))])),
        ["gathered points"] = (17, static (f, x) => f.Node("Mul", [x, f.Node("GatherND", [Weights(f, 2, 3), f.Initializer(OnnxTensor.Of([0, 0, 1, 1, 0, 2, 1, -1, 0, 1, 1, 0], 6, 2))])])),
        ["scattered elements"] = (17, static (f, x) => f.Node("MatMul", [x, f.Transpose(f.Node("ScatterElements", [Weights(f, 2, 6), f.Initializer(OnnxTensor.Of([1, 0, -1, 0, 1, 0], 1, 6)), Weights(f, 1, 6)], ("axis", 0)), 1, 0)])),
        ["scattered points"] = (17, static (f, x) => f.Node("MatMul", [x, f.Node("ScatterND", [Weights(f, 6, 3), f.Initializer(OnnxTensor.Of([5, 0], 2, 1)), Weights(f, 2, 3)])])),
        ["shrink"] = (17, static (f, x) => f.Node("Shrink", [x], ("bias", 0.25f), ("lambd", 0.5f))),
        ["hard swish"] = (17, static (f, x) => f.Node("HardSwish", [x])),
        ["asin, acos, atanh"] = (17, static (f, x) => Each(f, f.Node("Tanh", [x]), "Asin", "Acos", "Atanh")),
        ["sinh, cosh, asinh"] = (17, static (f, x) => Each(f, x, "Sinh", "Cosh", "Asinh")),
        ["acosh"] = (17, static (f, x) => f.Node("Acosh", [f.Node("Cosh", [x])])),
        ["sums before"] = (17, static (f, x) => f.Node("CumSum", [x, f.Integer(0)], ("exclusive", 1))),
        ["scan"] = (17, static (f, x) => Scan(f, x, 0, 0)),
        ["scan of axis 1"] = (17, static (f, x) => Scan(f, f.Transpose(x, 1, 0, 2), 1, 0)),
        ["scan to axis 1"] = (17, static (f, x) => f.Transpose(Scan(f, x, 0, 1), 1, 0, 2)),
        ["scan, opset 9"] = (9, static (f, x) => Scan(f, x, 0, 0)),
        ["cast that would saturate"] = (21, static (f, x) => f.Node("Cast", [f.Node("Cast", [x], ("to", (int)DataType.Double), ("saturate", 1))], ("to", (int)DataType.Float))),
        ["opset 25"] = (25, static (f, x) => f.Node("Softmax", [f.Reshaped(f.Unsqueeze(x, 3), 0, 0, -1)])),
    };

    // Whole-sequence values in the last timestep: from x [T, B, 6] to [B, …].
    private static readonly Dictionary<string, (int Opset, Func<OnnxBuilder, string, string> Make)> Ends = new()
    {
        ["L1 along time"] = (17, static (f, x) => f.Reduce("ReduceL1", x, false, 0)),
        ["L1 along time and features"] = (17, static (f, x) => f.Reduce("ReduceL1", x, true, 0, 2) is var y ? f.Squeeze(y, 0) : ""),
        ["logarithm of a sum along time"] = (17, static (f, x) => f.Reduce("ReduceLogSum", f.Node("Exp", [x]), false, 0)),
        ["logarithm of a sum along time and features"] = (18, static (f, x) => f.Squeeze(f.Reduce("ReduceLogSum", f.Node("Exp", [x]), true, 0, 2), 0)),
        ["last state of a scan"] = (17, static (f, x) => Scan(f, x, 0, 0, state: true)),
    };

    /// <summary>Names of the forms.</summary>
    public static IEnumerable<string> Names => Forms.Keys.Concat(Ends.Keys);

    /// <summary>Makes a file: x [T, B, 6] in, "sum" and "y" out.</summary>
    /// <param name="name">Name of the form.</param>
    /// <returns>The file.</returns>
    public static OnnxBuilder Make(string name)
    {
        bool isEnd = Ends.ContainsKey(name);
        (int opset, Func<OnnxBuilder, string, string> make) = isEnd ? Ends[name] : Forms[name];
        var file = new OnnxBuilder(opset);
        string x = file.Input("x", "T B 6");
        string y = make(file, x);
        file.Output(isEnd ? file.Reshaped(y, 0, -1) : file.Reshaped(y, 0, 0, -1), isEnd ? "B ?" : "T B ?", "y");
        if (opset >= 11)
        {
            file.Output(file.Node("CumSum", [x, file.Integer(0)]), "T B 6", "sum");
            return file;
        }
        float[] zeros = new float[36];
        file.Output(file.Node("RNN", [x, file.Floats(zeros, 1, 6, 6), file.Floats(zeros, 1, 6, 6)], ("hidden_size", 6)), "T 1 B 6", "sum");
        return file;
    }

    private static string Einsum(OnnxBuilder f, string equation, params string[] inputs) => f.Node("Einsum", inputs, ("equation", equation));

    private static string Fake(OnnxBuilder f, string x, string scale, string zero, int axis = 1) =>
        f.Node("DequantizeLinear", [f.Node("QuantizeLinear", [x, scale, zero], ("axis", axis)), scale, zero], ("axis", axis));

    private static string Ml(OnnxBuilder f, string y)
    {
        f.Graph.Node[^1].Domain = "ai.onnx.ml";
        f.Model.OpsetImport.Add(new OperatorSetIdProto { Domain = "ai.onnx.ml", Version = 1 });
        return y;
    }

    // [T·B, 2, 3] as channels and places.
    private static string OfRows(OnnxBuilder f, string x, Func<string, string> norm) => f.Reshaped(norm(f.Reshaped(x, -1, 2, 3)), Sizes(f, x), 6);

    private static string Each(OnnxBuilder f, string x, params string[] operators) => f.Node("Concat", [.. operators.Select(op => f.Node(op, [x]))], ("axis", 2));

    private static string Whole(OnnxBuilder f, string x) => f.Cast(f.Node("Round", [f.Node("Mul", [x, f.Floats([5])])]), DataType.Int64);

    private static string Float(OnnxBuilder f, string x) => f.Cast(x, DataType.Float);

    private static string Length(OnnxBuilder f, string x) => f.Node("Gather", [f.Node("Shape", [x]), f.Integer(0)], ("axis", 0));

    private static string Sizes(OnnxBuilder f, string x) => f.Slice(f.Node("Shape", [x]), [0], [0], [2]);

    // s(t) = tanh(s(t−1) + x(t)), y(t) = 2·s(t).
    private static string Scan(OnnxBuilder f, string x, int inputAxis, int outputAxis, bool state = false)
    {
        OnnxBuilder body = f.Subgraph();
        string s = body.Input("s", "? 6");
        string each = body.Input("each", "? 6");
        string next = body.Node("Tanh", [body.Node("Add", [s, each])]);
        string twice = body.Node("Add", [next, next]);
        body.Output(next, "? 6", "s_next");
        body.Output(twice, "? 6", "twice");
        string batch = f.Slice(f.Node("Shape", [x]), [0], [1 - inputAxis], [2 - inputAxis]);
        string start = f.Node("ConstantOfShape", [f.Node("Concat", [batch, f.Integers(6)], ("axis", 0))]);
        return f.Nodes("Scan", [true, true], [start, x], ("body", body.Graph), ("num_scan_inputs", 1), ("scan_input_axes", new long[] { inputAxis }), ("scan_output_axes", new long[] { outputAxis }))[state ? 0 : 1];
    }

    private static string Weights(OnnxBuilder f, params long[] dims)
    {
        int count = (int)dims.Aggregate(1L, static (product, n) => product * n);
        return f.Floats([.. Enumerable.Range(0, count).Select(static n => ((n * 7919 % 23) - 11) / 8f)], dims);
    }

    private static string Bytes(OnnxBuilder f, DataType type, params byte[] values) => Bytes(f, type, values.Length == 1 ? [] : [values.Length], values);

    private static string Bytes(OnnxBuilder f, DataType type, long[] dims, int count) => Bytes(f, type, dims, [.. Enumerable.Range(0, count).Select(static n => (byte)(n * 37))]);

    private static string Bytes(OnnxBuilder f, DataType type, long[] dims, byte[] values)
    {
        var tensor = new TensorProto { DataType = (int)type, RawData = Google.Protobuf.ByteString.CopyFrom(values) };
        tensor.Dims.Add(dims);
        return f.Initializer(tensor);
    }

    // A reshape by computed sizes and one fixed number.
    private static string Reshaped(this OnnxBuilder f, string x, string sizes, long last) => f.Node("Reshape", [x, f.Node("Concat", [sizes, f.Integers(last)], ("axis", 0))]);
}
