namespace Lstm.Engine;

/// <summary>A whole sequence to be run.</summary>
/// <param name="State">Where it starts; holds the state after the sequence when the run is over. At most once in a run.</param>
/// <param name="Length">T, timesteps.</param>
/// <param name="X">[T, input_size], row-major; must not change until the run is over.</param>
/// <param name="Y">[T, output_size], row-major; written by the run. Outputs that are not of every step count in the last row.</param>
public sealed record Sequence(ModelState State, int Length, ReadOnlyMemory<float> X, Memory<float> Y);
