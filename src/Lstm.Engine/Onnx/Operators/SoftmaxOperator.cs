using Lstm.Engine.Kernels;
using Lstm.Engine.Layers;

namespace Lstm.Engine.Onnx.Operators;

/// <summary>Softmax, LogSoftmax and Hardmax (the first of the largest): from opset 13 along one axis (default −1), before along all axes from one on (default 1).</summary>
internal sealed class SoftmaxOperator : Operator
{
    /// <inheritdoc/>
    public override IReadOnlyList<string> Names { get; } = ["Softmax", "LogSoftmax", "Hardmax"];

    /// <inheritdoc/>
    public override void Trace(NodeContext node)
    {
        SignalValue x = node.Signal(0);
        int rank = x.Shape.Length;
        int axis = NodeContext.Axis(node.Attributes.Int("axis", node.Opset >= 13 ? -1 : 1), rank);
        int[] axes = node.Opset >= 13 ? [axis] : [.. Enumerable.Range(axis, rank - axis)];
        GroupFunction function = node.OpType switch { "Softmax" => Softmax, "LogSoftmax" => LogSoftmax, _ => Hardmax };
        if (axes is [var time] && x.Shape[time] == Dim.T)
        {
            int course = node.Plan.Allocate(Dims.Count(x.Shape));
            node.Plan.AddAcrossTime("it runs along time; a stream does not know the timesteps to come.", () => new AlongTimeLayer(function, x.Offset, course, Dims.Count(x.Shape)));
            node.Set(0, x.At(course));
            return;
        }
        int[] members = Groups.Along(x.Shape, axes, out int size);
        int offset = node.Plan.Allocate(members.Length);
        node.Plan.Add(() => new GroupLayerSpec(function, x.Offset, offset, members, size, OneResult: false), 4L * members.Length);
        node.Set(0, x.At(offset));
    }

    private static void Softmax(Span<float> values)
    {
        float sum = ExpOfDistance(values, out _);
        foreach (ref float value in values)
        {
            value /= sum;
        }
    }

    private static void Hardmax(Span<float> values)
    {
        int best = 0;
        for (int n = 1; n < values.Length; n++)
        {
            best = values[n] > values[best] ? n : best;
        }
        values.Clear();
        values[best] = 1f;
    }

    private static void LogSoftmax(Span<float> values)
    {
        Span<float> distances = values.Length <= 1024 ? stackalloc float[values.Length] : new float[values.Length];
        values.CopyTo(distances);
        float logarithm = (float)Math.Log(ExpOfDistance(distances, out float largest));
        foreach (ref float value in values)
        {
            value = value - largest - logarithm;
        }
    }

    // e^(x − largest) in place, so that nothing overflows; gives their sum in order.
    private static float ExpOfDistance(Span<float> values, out float largest)
    {
        largest = values[0];
        foreach (float value in values)
        {
            largest = value > largest ? value : largest;
        }
        float sum = 0;
        foreach (ref float value in values)
        {
            Float1.Store(Activation<Float1>.Exp(Float1.All(value - largest)), ref value, 0);
            sum += value;
        }
        return sum;
    }
}
