using Lstm.Engine.Kernels;

namespace Lstm.Engine;

/// <summary>
/// A recurrent network, loaded and immutable: weights and the plan of one step. Any number of threads may step
/// different states of one model at the same time.
/// </summary>
public abstract class Model
{
    /// <summary>Describes the model; set by the backend.</summary>
    /// <param name="info">What was understood of the file.</param>
    protected Model(ModelInfo info) => Info = info;

    /// <summary>Loads an ONNX file for stepping, natively.</summary>
    /// <param name="path">The .onnx file.</param>
    /// <returns>The model, ready to step.</returns>
    /// <exception cref="ModelLoadException">The file cannot be read or cannot be stepped; all its faults at once.</exception>
    public static Model Load(string path) => NativeModel.Load(path, VectorWidths.Best);

    /// <summary>Name, sizes, layers, backend.</summary>
    public ModelInfo Info { get; }

    /// <summary>A new state: what the network starts from (zero unless the file says otherwise).</summary>
    /// <returns>A state that belongs to this model.</returns>
    public abstract ModelState CreateState();

    /// <summary>Advances one state by one timestep.</summary>
    /// <param name="state">A state of this model; changed only when the step succeeds.</param>
    /// <param name="x">x(t), all inputs one after the other, [input_size].</param>
    /// <param name="y">y(t), all outputs one after the other, [output_size].</param>
    /// <exception cref="ArgumentException">A length differs from the model's, the state is another model's, or an integer input is out of range.</exception>
    public void Step(ModelState state, ReadOnlySpan<float> x, Span<float> y) => Step(state, x, y, default);

    /// <summary>Advances one state by one timestep and shows the gates.</summary>
    /// <param name="state">A state of this model; changed only when the step succeeds.</param>
    /// <param name="x">x(t), all inputs one after the other, [input_size].</param>
    /// <param name="y">y(t), all outputs one after the other, [output_size].</param>
    /// <param name="gates">Empty, or [gate_size] as <see cref="ModelInfo.Gates"/> lays it out.</param>
    /// <exception cref="ArgumentException">A length differs from the model's, the state is another model's, or an integer input is out of range.</exception>
    public abstract void Step(ModelState state, ReadOnlySpan<float> x, Span<float> y, Span<float> gates);

    /// <summary>Says what is wrong with an input, without stepping.</summary>
    /// <param name="x">x(t), [input_size].</param>
    /// <returns>A sentence (expected, found, where), or null when the input is fine. NaN and infinity are fine for float inputs here.</returns>
    public abstract string? FindInputFault(ReadOnlySpan<float> x);

    /// <summary>Working memory for steps of several states at once; for one thread at a time.</summary>
    /// <param name="capacity">The largest number of states in one run.</param>
    /// <returns>An empty batch of this model.</returns>
    public abstract StepBatch CreateBatch(int capacity);
}
