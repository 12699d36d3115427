using Lstm.Engine.Layers;
using Lstm.Engine.Onnx.Schema;

namespace Lstm.Engine.Onnx;

/// <summary>
/// Sees to it that whole numbers are computed exactly or not at all. They travel as floats, which hold every whole number up to 2^24, so what a node computes of them is
/// checked in the step; constants are checked when the model is loaded.
/// </summary>
internal static class IntegerGuard
{
    /// <summary>The first whole number whose neighbour a float does not hold.</summary>
    private const long Limit = 1 << 24;

    // The others move whole numbers, choose among them or turn signs: they stay as exact as they were.
    private static readonly HashSet<string> Computing =
        ["Add", "Sub", "Mul", "Div", "Mod", "Pow", "Sum", "Mean", "MatMul", "Gemm", "Einsum", "CumSum", "ReduceSum", "ReduceProd", "ReduceSumSquare", "ReduceL1", "ReduceMean"];

    // A rounded quotient may be the next whole number.
    private static readonly HashSet<string> Dividing = ["Div", "Mod"];
    private static readonly HashSet<string> Comparing = ["Equal", "Less", "LessOrEqual", "Greater", "GreaterOrEqual"];

    /// <summary>Checks what a node computes.</summary>
    /// <param name="node">The node, traced.</param>
    /// <param name="scope">Where its values are.</param>
    /// <param name="isRunning">Whether it carries a state from timestep to timestep: a sum that has no end.</param>
    /// <exception cref="NodeFaultException">A constant is beyond what floats hold.</exception>
    public static void Check(NodeProto node, TraceScope scope, bool isRunning)
    {
        if (node.Attribute.Any(static a => a.G is not null))
        {
            return;
        }
        TracedValue[] inputs = [.. node.Input.Where(static i => i.Length > 0).Select(i => scope.Values[i])];
        // Where types are mixed the file is at fault, and other checks say so.
        bool isComputing = Computing.Contains(node.OpType) && Array.TrueForAll(inputs, IsWhole);
        if (isComputing || Comparing.Contains(node.OpType))
        {
            CheckConstants(node, inputs, scope);
            foreach (SignalValue operand in inputs.OfType<SignalValue>().Where(s => IsWhole(s.Type) && (s.MayBeRounded || Dividing.Contains(node.OpType))))
            {
                Plan(scope.Plan, node, operand, "takes");
            }
        }
        foreach (string name in node.Output.Where(scope.Values.ContainsKey))
        {
            if (scope.Values[name] is not SignalValue { Type: var type } result || !IsWhole(type) || inputs.Contains(result))
            {
                continue;
            }
            bool narrows = node.OpType == "Cast" && inputs[0] is SignalValue { Type: var from } && IsWhole(from) && ElementTypes.Size(type) < ElementTypes.Size(from);
            // Of a value of the last timestep the other rows of a whole sequence hold nothing to check.
            bool isLast = scope.Plan.IsWhole && result.LastStep;
            if (((isComputing && !isRunning) || narrows) && !isLast)
            {
                Plan(scope.Plan, node, result, "computes");
            }
            else
            {
                scope.Values[name] = result with { MayBeRounded = isRunning || isComputing || Array.Exists(inputs, MayBeRounded) };
            }
        }
    }

    /// <summary>Checks an output of whole numbers that may have been rounded.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="name">The output.</param>
    /// <param name="value">Its value.</param>
    public static void CheckOutput(StepPlanner plan, string name, SignalValue value)
    {
        if (value.MayBeRounded && IsWhole(value.Type))
        {
            Plan(plan, value, $"The output '{name}' gives");
        }
    }

    private static void Plan(StepPlanner plan, NodeProto node, SignalValue value, string does) => Plan(plan, value, $"The node '{OnnxGraph.NameOf(node)}' ({node.OpType}) {does}");

    private static void Plan(StepPlanner plan, SignalValue value, string what)
    {
        if (plan.IsWhole && value.LastStep)
        {
            return;
        }
        (float least, float most) = RangeOf(value.Type);
        plan.Add(() => new IntegerGuardLayerSpec(value.Offset, Dims.Count(value.Shape), least, most, what));
    }

    private static void CheckConstants(NodeProto node, TracedValue[] inputs, TraceScope scope)
    {
        bool isFolded = node.Output.All(o => scope.Values.GetValueOrDefault(o) is not SignalValue);
        // Folded as whole numbers.
        if (isFolded && node.OpType is "Add" or "Sub" or "Mul" or "Div")
        {
            return;
        }
        foreach (ConstantValue constant in inputs.OfType<ConstantValue>())
        {
            if (constant.Tensor.Integers is { } integers && Array.Find(integers, static v => v is <= -Limit or >= Limit) is not 0 and var large)
            {
                throw new NodeFaultException($"it computes with the whole number {large}; the native engine does so exactly from {1 - Limit} to {Limit - 1}.");
            }
        }
    }

    private static bool MayBeRounded(TracedValue value) => value switch
    {
        SignalValue signal => signal.MayBeRounded,
        ConstantValue { Tensor.Integers: { } integers } => Array.Exists(integers, static v => v is < -Limit or > Limit),
        _ => false,
    };

    /// <summary>What an input of whole numbers takes as a float.</summary>
    /// <param name="type">Its element type.</param>
    /// <returns>The least and the largest.</returns>
    public static (int Least, int Most) InputRangeOf(ElementType type)
    {
        (float least, float most) = RangeOf(type);
        return type == ElementType.Bool ? (0, 1) : ((int)(least == 1 - Limit ? -Limit : least), (int)(most == Limit - 1 ? Limit : most));
    }

    private static bool IsWhole(TracedValue value) => value switch
    {
        SignalValue signal => IsWhole(signal.Type),
        ConstantValue constant => IsWhole(constant.Tensor.Type),
        _ => true,
    };

    private static bool IsWhole(ElementType type) => ElementTypes.IsInteger(type) && type != ElementType.Bool;

    private static (float Least, float Most) RangeOf(ElementType type) => type switch
    {
        ElementType.UInt8 => (byte.MinValue, byte.MaxValue),
        ElementType.Int8 => (sbyte.MinValue, sbyte.MaxValue),
        ElementType.UInt16 => (ushort.MinValue, ushort.MaxValue),
        ElementType.Int16 => (short.MinValue, short.MaxValue),
        ElementType.UInt32 or ElementType.UInt64 => (0, Limit - 1),
        _ => (1 - Limit, Limit - 1),
    };
}
