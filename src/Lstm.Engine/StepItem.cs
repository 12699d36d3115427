namespace Lstm.Engine;

/// <summary>One timestep of one session, checked: what a batch runs.</summary>
/// <param name="State">The state; changed only when the whole batch succeeds.</param>
/// <param name="X">x(t), [input_size].</param>
/// <param name="Y">y(t), [output_size]; written when the batch succeeds.</param>
/// <param name="Gates">Empty, or [gate_size].</param>
internal readonly record struct StepItem(StateRow State, ReadOnlyMemory<float> X, Memory<float> Y, Memory<float> Gates);
