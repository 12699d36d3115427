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
    /// <param name="budget">The load that they are made for.</param>
    /// <returns>The part, ready to run.</returns>
    /// <exception cref="LoadLimitException">They take more than the budget allows: nodes may share weights in the file, but not packed.</exception>
    public static NativePart Create(PlanPart part, VectorWidth width, LoadBudget budget) => part switch
    {
        TimestepPart timestep => new([.. timestep.Layers.Select(layer => Create(layer, width, budget))], null, null),
        RecurrentPart recurrent => new([.. recurrent.Layers.Select(layer => Create(layer, width, budget))], recurrent, null),
        AcrossTimePart across => new([], null, across.Layer()),
        _ => throw new ArgumentOutOfRangeException(nameof(part), part, null),
    };

    // What a layer keeps is what was asked for while it was made, but for little.
    private static Layer Create(Func<LayerSpec> layer, VectorWidth width, LoadBudget budget)
    {
        const string where = "when the weights were packed";
        budget.Check(where);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Layer made = layer().Create(width);
        budget.Charge(GC.GetAllocatedBytesForCurrentThread() - before, where);
        return made;
    }
}
