using Lstm.Engine;
using Lstm.Engine.Onnx.Pairing;

namespace Lstm.OnnxRuntime.Backend;

/// <summary>A piece of a step's input, output or state and where it is in the tensors of the graph.</summary>
/// <param name="Offset">First word in the flat vector.</param>
/// <param name="Size">Number of values.</param>
/// <param name="Tensor">Number of the graph's input or output.</param>
/// <param name="Piece">Which part of the tensor; null for all of it.</param>
internal sealed record Slot(int Offset, int Size, int Tensor, StatePiece? Piece = null)
{
    /// <summary>Of whole numbers that floats cannot hold: where they lie exactly, behind the floats of the row; −1 for others.</summary>
    public int Exact { get; init; } = -1;
}

/// <summary>A piece of the state.</summary>
/// <param name="Name">The graph input that it goes into.</param>
/// <param name="ElementType">As <see cref="OrtPort.ElementType"/> spells it; whole numbers take two words each.</param>
/// <param name="Shape">Its shape.</param>
/// <param name="Into">Where it goes in: an input of the graph.</param>
/// <param name="From">Where its next value is.</param>
/// <param name="IsFromInput">Whether that is an input, too: past samples of a frame; otherwise an output.</param>
internal sealed record StateSlot(string Name, string ElementType, IReadOnlyList<int> Shape, Slot Into, Slot From, bool IsFromInput)
{
    /// <summary>Whether its values are whole numbers or booleans.</summary>
    public bool IsInteger { get; } = ElementTypeNames.IsInteger(ElementType);
}
