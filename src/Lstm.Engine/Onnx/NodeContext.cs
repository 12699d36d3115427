using System.Diagnostics.CodeAnalysis;
using Lstm.Engine.Onnx.Schema;

namespace Lstm.Engine.Onnx;

/// <summary>A node while it is traced: its inputs as far as they are known, its attributes, and where its outputs go.</summary>
/// <param name="proto">The node in the file.</param>
/// <param name="opset">Version of the operator set.</param>
/// <param name="values">All values so far by name.</param>
/// <param name="plan">The plan that is being built.</param>
internal sealed class NodeContext(NodeProto proto, int opset, IDictionary<string, TracedValue> values, StepPlanner plan)
{
    /// <summary>The operator's name.</summary>
    public string OpType { get; } = proto.OpType;

    /// <summary>How messages call the node.</summary>
    public string Name { get; } = OnnxGraph.NameOf(proto);

    /// <summary>Version of the operator set.</summary>
    public int Opset { get; } = opset;

    /// <summary>The attributes.</summary>
    public NodeAttributes Attributes { get; } = new(proto);

    /// <summary>The plan that is being built.</summary>
    public StepPlanner Plan { get; } = plan;

    /// <summary>Number of inputs, absent ones in between included.</summary>
    public int InputCount => proto.Input.Count;

    /// <summary>Whether anything reads an output.</summary>
    /// <param name="index">Number of the output.</param>
    /// <returns>True when it has a name.</returns>
    public bool HasOutput(int index) => index < proto.Output.Count && proto.Output[index].Length > 0;

    /// <summary>An input that may be absent.</summary>
    /// <param name="index">Number of the input.</param>
    /// <returns>The value, or null.</returns>
    public TracedValue? Optional(int index) =>
        index < proto.Input.Count && proto.Input[index].Length > 0 ? values[proto.Input[index]] : null;

    /// <summary>An input that must be there.</summary>
    /// <param name="index">Number of the input.</param>
    /// <returns>The value.</returns>
    public TracedValue Input(int index) => Optional(index) ?? throw new NodeFaultException($"input {index} is missing.");

    /// <summary>An input that must be constant.</summary>
    /// <param name="index">Number of the input.</param>
    /// <param name="what">What it is, for the message.</param>
    /// <returns>The constant.</returns>
    public Tensor Constant(int index, string what) => Input(index) switch
    {
        ConstantValue constant when constant.Shape.All(static d => d.IsStatic) => constant.Tensor,
        TracedValue other => throw new NodeFaultException($"{what} (input {index}) must be constant but is {other.Kind} of shape {Dims.Describe(other.Shape)}."),
    };

    /// <summary>An input of whole numbers that may be T or B: shapes, axes, indices.</summary>
    /// <param name="index">Number of the input.</param>
    /// <param name="what">What it is, for the message.</param>
    /// <returns>The numbers.</returns>
    public Dim[] Numbers(int index, string what) => TryNumbers(Input(index), out Dim[]? numbers)
        ? numbers
        : throw new NodeFaultException($"{what} (input {index}) must be known when the model is loaded but is {Input(index).Kind} of shape {Dims.Describe(Input(index).Shape)}.");

    /// <summary>An input of plain whole numbers.</summary>
    /// <param name="index">Number of the input.</param>
    /// <param name="what">What it is, for the message.</param>
    /// <returns>The numbers, or null when the input is absent.</returns>
    public long[]? Integers(int index, string what) => Optional(index) is null
        ? null
        : [.. Numbers(index, what).Select(d => d.IsStatic ? d.Size : throw new NodeFaultException($"{what} (input {index}) depends on the length of the sequence or the batch ({d}); expected fixed numbers."))];

    /// <summary>Reads whole numbers out of a value, if it holds them.</summary>
    /// <param name="value">The value.</param>
    /// <param name="numbers">The numbers.</param>
    /// <returns>True for integer constants and shapes.</returns>
    public static bool TryNumbers(TracedValue value, [NotNullWhen(true)] out Dim[]? numbers)
    {
        numbers = value switch
        {
            ShapeValue shape => shape.Elements,
            ConstantValue { Tensor.Integers: { } integers, Shape.Length: <= 1 } => [.. integers.Select(static n => new Dim(n))],
            _ => null,
        };
        return numbers is not null;
    }

    /// <summary>Gives an output.</summary>
    /// <param name="index">Number of the output; ignored when no one reads it.</param>
    /// <param name="value">Its value.</param>
    public void Set(int index, TracedValue value)
    {
        if (HasOutput(index))
        {
            values[proto.Output[index]] = value;
        }
    }

    /// <summary>Brings an axis into the range of a rank.</summary>
    /// <param name="axis">The axis, negative ones count from the end.</param>
    /// <param name="rank">Number of axes.</param>
    /// <returns>0 … rank − 1.</returns>
    public static int Axis(long axis, int rank)
    {
        long positive = axis < 0 ? axis + rank : axis;
        return positive >= 0 && positive < rank ? (int)positive : throw new NodeFaultException($"axis {axis} does not exist in a value with {rank} axes.");
    }
}
