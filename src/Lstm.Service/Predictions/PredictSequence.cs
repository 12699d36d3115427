using Lstm.Engine;
using Lstm.Service.Errors;
using Lstm.Service.Models;

namespace Lstm.Service.Predictions;

/// <summary>A whole sequence as a caller sent it.</summary>
/// <param name="X">[T, input_size], or [T, input_words] when it is exact; T follows from the number of values.</param>
/// <param name="State">Where it starts, every piece of the model's state; empty: what the model starts from.</param>
/// <param name="IsExact">Whether the rows have their whole numbers exactly.</param>
internal sealed record PredictSequence(ReadOnlyMemory<float> X, IReadOnlyList<NamedValues> State, bool IsExact = false)
{
    /// <summary>What the model is given once; may be among the pieces of the state instead.</summary>
    public IReadOnlyList<SessionInput> Inputs { get; init; } = [];

    /// <summary>Puts a sequence together.</summary>
    /// <param name="served">The model.</param>
    /// <param name="number">Which sequence of the request, from 0, for the messages.</param>
    /// <param name="x">The values of all inputs; of the floating-point ones where there are integers.</param>
    /// <param name="integers">The values of the integer and boolean inputs, or none: all inputs are in x, or model.json's defaults are taken.</param>
    /// <param name="state">Where it starts.</param>
    /// <returns>The sequence.</returns>
    /// <exception cref="LstmException">INPUT_SHAPE or INPUT_RANGE.</exception>
    public static PredictSequence Join(ServedModel served, int number, ReadOnlyMemory<float> x, ReadOnlySpan<long> integers, IReadOnlyList<NamedValues> state)
    {
        var sizes = served.InputIntegers;
        // A flat list tells its rows by its length; rows of floats alone are taken where it cannot be rows of all inputs.
        if (integers.IsEmpty && x.Length % Math.Max(1, served.InputSize) != 0)
            integers = served.DefaultIntegers((uint)(x.Length / Math.Max(1, sizes.FloatCount)), x.Length);
        if (integers.IsEmpty)
            return new(x, state);
        int length = sizes.Count == 0 ? 0 : integers.Length / sizes.Count;
        if (length == 0 || integers.Length != length * sizes.Count || x.Length != (long)length * sizes.FloatCount)
            throw Throw.SequenceShapes(served.Name, number, sizes.FloatCount, sizes.Count, x.Length, integers.Length);
        var rows = new float[length * served.InputWords];
        InputRows.Join(served, length, x.Span, integers, rows, (model, row, fault) => Throw.SequenceRange(model, number, row, fault));
        return new(rows, state, IsExact: true);
    }

    /// <summary>Values or words of one timestep.</summary>
    /// <param name="served">The model.</param>
    /// <returns>Its length.</returns>
    public int RowLength(ServedModel served) => IsExact ? served.InputWords : served.InputSize;
}
