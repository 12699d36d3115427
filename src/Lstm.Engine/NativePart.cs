using Lstm.Engine.Kernels;
using Lstm.Engine.Layers;
using Lstm.Engine.Onnx;

namespace Lstm.Engine;

/// <summary>A stretch of a plan, its layers made for one vector width.</summary>
/// <param name="Layers">Layers of one timestep; empty for a part that works across timesteps.</param>
/// <param name="Recurrence">What they carry from one timestep to the next; null for nothing.</param>
/// <param name="AcrossTime">What moves values between timesteps; null for layers of one timestep.</param>
internal sealed record NativePart(Layer[] Layers, RecurrentPart? Recurrence, AcrossTimeLayer? AcrossTime)
{
    /// <summary>Makes the layers.</summary>
    /// <param name="part">The plan's part.</param>
    /// <param name="width">The vector width.</param>
    /// <returns>The part, ready to run.</returns>
    public static NativePart Create(PlanPart part, VectorWidth width) => part switch
    {
        TimestepPart timestep => new([.. timestep.Layers.Select(layer => layer().Create(width))], null, null),
        RecurrentPart recurrent => new([.. recurrent.Layers.Select(layer => layer().Create(width))], recurrent, null),
        AcrossTimePart across => new([], null, across.Layer()),
        _ => throw new ArgumentOutOfRangeException(nameof(part), part, null),
    };
}
