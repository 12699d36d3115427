using Lstm.Engine;
using Microsoft.ML.OnnxRuntime;

namespace Lstm.OnnxRuntime.Backend;

/// <summary>What a session was opened with, as tensors of the graph: an encoder's context, its mask. It never changes, so that sessions and copies share it.</summary>
internal sealed class OrtSessionContext : SessionContext
{
    private readonly TensorBuffer[] _buffers;
    private readonly long[][] _shapes;

    /// <summary>Converts the inputs.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="inputs">Checked, in the plan's order.</param>
    public OrtSessionContext(Plan plan, SessionInput[] inputs)
        : base(inputs)
    {
        _buffers = [.. inputs.Zip(plan.OnceGiven, (input, n) => TensorBuffer.Of(plan.Inputs[n].ElementType, input.Values))];
        _shapes = [.. inputs.Zip(plan.OnceGiven, (input, n) => plan.Inputs[n].ShapeOf(input.Shape ?? []))];
    }

    /// <summary>The tensors, to be disposed of; the memory is the session's.</summary>
    /// <returns>One for each of the plan's inputs that are given once.</returns>
    public OrtValue[] Wrap() => [.. _buffers.Zip(_shapes, static (buffer, shape) => buffer.Wrap(shape))];
}
