namespace Lstm.Service.Rest.Bodies;

/// <summary>What a sequence gave.</summary>
/// <param name="Length">T.</param>
/// <param name="Outputs">[T, …shape]; […shape] where an output belongs to the last timestep alone.</param>
/// <param name="State">On request: the state after the last timestep.</param>
internal sealed record SequenceResultBody(int Length, NamedTensorBody[] Outputs, NamedTensorBody[]? State);
