using Lstm.Engine.Onnx.Schema;
using DataType = Lstm.Engine.Onnx.Schema.TensorProto.Types.DataType;

namespace Lstm.Tests.Shared.Onnx;

/// <summary>Operators that changed their form over the opsets: what was an attribute became an input.</summary>
internal sealed partial class OnnxBuilder
{
    /// <summary>Squeeze; axes null for all of size 1. The axes are an input from opset 13 on.</summary>
    public string Squeeze(string x, params long[]? axes) => WithNumbers("Squeeze", 13, x, "axes", axes);

    /// <summary>Unsqueeze. The axes are an input from opset 13 on.</summary>
    public string Unsqueeze(string x, params long[] axes) => WithNumbers("Unsqueeze", 13, x, "axes", axes);

    /// <summary>ReduceMean, ReduceSum, …; axes null for all. The axes are an input from opset 18 on, of ReduceSum from 13 on.</summary>
    public string Reduce(string op, string x, bool keepDims, params long[]? axes) =>
        WithNumbers(op, op == "ReduceSum" ? 13 : 18, x, "axes", axes, ("keepdims", keepDims ? 1 : 0));

    /// <summary>Slice along some axes. All are inputs from opset 10 on; steps need that.</summary>
    public string Slice(string x, long[] axes, long[] starts, long[] ends, long[]? steps = null) => Opset >= 10
        ? Node("Slice", [x, Integers(starts), Integers(ends), Integers(axes), steps is null ? "" : Integers(steps)])
        : steps is null ? Node("Slice", [x], ("axes", axes), ("starts", starts), ("ends", ends))
        : throw new NotSupportedException($"Slice has no steps in opset {Opset}.");

    /// <summary>Split into pieces of given sizes. The sizes are an input from opset 13 on.</summary>
    public string[] Split(string x, long axis, params long[] sizes)
    {
        bool[] outputs = [.. sizes.Select(static _ => true)];
        return Opset >= 13 ? Nodes("Split", outputs, [x, Integers(sizes)], ("axis", axis)) : Nodes("Split", outputs, [x], ("axis", axis), ("split", sizes));
    }

    /// <summary>Clip; null for no bound. The bounds are inputs from opset 11 on.</summary>
    public string Clip(string x, float? min, float? max) => Opset >= 11
        ? Node("Clip", [x, min is { } least ? Floats([least]) : "", max is { } most ? Floats([most]) : ""])
        : Node("Clip", [x], ("min", min), ("max", max));

    /// <summary>Dropout as it is exported for inference. The ratio is an input from opset 12 on, and so is that it is not training.</summary>
    public string Dropout(string x, float ratio) => Opset >= 12
        ? Node("Dropout", [x, Floats([ratio]), Initializer(new TensorProto { DataType = (int)DataType.Bool, Int32Data = { 0 } })])
        : Node("Dropout", [x], ("ratio", ratio));

    /// <summary>Cast.</summary>
    public string Cast(string x, DataType to) => Node("Cast", [x], ("to", (int)to));

    /// <summary>Transpose.</summary>
    public string Transpose(string x, params long[] perm) => Node("Transpose", [x], ("perm", perm));

    /// <summary>Reshape to a fixed shape; 0 keeps an axis, −1 is what is left.</summary>
    public string Reshaped(string x, params long[] shape) => Node("Reshape", [x, Integers(shape)]);

    /// <summary>A constant as a node.</summary>
    public string Constant(TensorProto value) => Node("Constant", [], ("value", value));

    private string WithNumbers(string op, int inputFrom, string x, string name, long[]? numbers, params (string Name, object? Value)[] attributes) => Opset >= inputFrom
        ? Node(op, [x, numbers is null ? "" : Integers(numbers)], attributes)
        : Node(op, [x], [(name, numbers), .. attributes]);
}
