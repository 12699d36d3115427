using Lstm.Engine.Layers;

namespace Lstm.Engine.Onnx;

/// <summary>A stretch of a plan. Layers are made only when the plan is accepted: packing weights is expensive.</summary>
internal abstract record PlanPart;

/// <summary>Layers that look at one timestep alone; a whole sequence passes through them in any order.</summary>
/// <param name="Layers">The layers in order.</param>
internal sealed record TimestepPart(IReadOnlyList<Func<LayerSpec>> Layers) : PlanPart;

/// <summary>Layers that carry states from one timestep to the next.</summary>
/// <param name="Layers">The layers in order.</param>
/// <param name="States">The states that they read as old and leave as new.</param>
/// <param name="Reverse">Whether the last timestep comes first; only in plans of whole sequences.</param>
/// <param name="Mask">Where a sequence may be shorter than it is; null where it is as long as it is.</param>
internal sealed record RecurrentPart(IReadOnlyList<Func<LayerSpec>> Layers, IReadOnlyList<StateSlot> States, bool Reverse, LengthMask? Mask) : PlanPart;

/// <summary>A layer that moves values from one timestep to another; only in plans of whole sequences.</summary>
/// <param name="Layer">Makes it.</param>
internal sealed record AcrossTimePart(Func<AcrossTimeLayer> Layer) : PlanPart;

/// <summary>sequence_lens: from its timestep on outputs are zero and states stay.</summary>
/// <param name="Length">Offset of the length in a row, the same in all rows of a sequence.</param>
/// <param name="H">Offset of h(t).</param>
/// <param name="Y">Offset of the output, h(t) or zero.</param>
/// <param name="Size">H.</param>
internal sealed record LengthMask(int Length, int H, int Y, int Size);
