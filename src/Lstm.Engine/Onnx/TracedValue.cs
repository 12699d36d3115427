namespace Lstm.Engine.Onnx;

/// <summary>What is known about a value of the graph while it is traced.</summary>
/// <param name="Shape">Its axes, with T and B where they are.</param>
internal abstract record TracedValue(Dim[] Shape)
{
    /// <summary>Its kind in words, for messages.</summary>
    public abstract string Kind { get; }
}

/// <summary>
/// A constant: an initializer, or what was folded from constants. Where the batch runs along an axis (an expanded zero state),
/// the tensor holds the values of one session.
/// </summary>
/// <param name="Shape">Its axes.</param>
/// <param name="Tensor">Its values per timestep and session.</param>
internal sealed record ConstantValue(Dim[] Shape, Tensor Tensor) : TracedValue(Shape)
{
    /// <summary>A constant whose shape is all known.</summary>
    /// <param name="tensor">Its values.</param>
    public ConstantValue(Tensor tensor)
        : this(Dims.Static(tensor.Shape), tensor)
    {
    }

    /// <inheritdoc/>
    public override string Kind => "a constant";
}

/// <summary>Whole numbers computed from shapes; some may be T or B.</summary>
/// <param name="Shape">[] or [n].</param>
/// <param name="Elements">The numbers.</param>
internal sealed record ShapeValue(Dim[] Shape, Dim[] Elements) : TracedValue(Shape)
{
    /// <inheritdoc/>
    public override string Kind => "a shape";
}

/// <summary>Values that a session starts from: a state input of the graph, or a piece of it.</summary>
/// <param name="Shape">Its axes.</param>
/// <param name="Source">For each value of a session: its place among all state inputs.</param>
internal sealed record InitialStateValue(Dim[] Shape, int[] Source) : TracedValue(Shape)
{
    /// <inheritdoc/>
    public override string Kind => "an initial state";
}

/// <summary>Values that are computed once, when a session opens, from what is given then.</summary>
/// <param name="Shape">Its axes.</param>
/// <param name="Type">Its element type; travels as float in any case.</param>
/// <param name="Source">For each value its place in the row of the session's start.</param>
internal sealed record SessionValue(Dim[] Shape, ElementType Type, int[] Source) : TracedValue(Shape)
{
    /// <inheritdoc/>
    public override string Kind => "a value of the session";
}

/// <summary>Inside a loop over time: the number of the timestep, or another number that grows with it.</summary>
/// <param name="Offset">How much it is ahead of the timestep's number from 0.</param>
internal sealed record CounterValue(long Offset) : TracedValue([])
{
    /// <inheritdoc/>
    public override string Kind => "the counter of a loop";
}

/// <summary>ONNX's sequence of tensors, one a timestep.</summary>
/// <param name="Each">The tensor of the current timestep, without an axis of time; null while it is empty.</param>
internal sealed record SequenceValue(SignalValue? Each) : TracedValue([])
{
    /// <inheritdoc/>
    public override string Kind => Each is null ? "an empty sequence of tensors" : "a sequence of tensors";
}

/// <summary>Values computed in every step.</summary>
/// <param name="Shape">Its axes.</param>
/// <param name="Type">Its element type; travels as float in any case.</param>
/// <param name="Offset">Where it lies in a session's row.</param>
internal sealed record SignalValue(Dim[] Shape, ElementType Type, int Offset) : TracedValue(Shape)
{
    /// <inheritdoc/>
    public override string Kind => "a signal";

    /// <summary>For each value its place in the state, when the signal is nothing but new state; otherwise null.</summary>
    public int[]? StateOrigin { get; init; }

    /// <summary>For each value its place among the step's inputs, when the signal is nothing but input; otherwise null.</summary>
    public int[]? InputOrigin { get; init; }

    /// <summary>
    /// Whether it belongs to the last step of whatever is run (Y_h, or a slice of the last step), so that it must not meet
    /// values of a whole sequence again. In a whole sequence the last timestep's row holds it.
    /// </summary>
    public bool LastStep { get; init; }

    /// <summary>Of whole numbers: whether they may be beyond what floats hold exactly, so that computing with them is checked (<see cref="IntegerGuard"/>).</summary>
    public bool MayBeRounded { get; init; }

    /// <summary>What stands where its axis of time is padded, which the rows do not hold; null when that is not known.</summary>
    public float? Padding { get; init; }

    /// <summary>Another signal of the same kind: its shape, its type, of the last step or not.</summary>
    /// <param name="offset">Where it lies in a session's row.</param>
    /// <returns>The signal; it comes from no state and no input.</returns>
    public SignalValue At(int offset) => this with { Offset = offset, StateOrigin = null, InputOrigin = null, Padding = null };
}
