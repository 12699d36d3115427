namespace Lstm.Engine.Onnx.Pairing;

/// <summary>A state input of the graph and where its next value comes out.</summary>
/// <param name="Input">Name of the graph input.</param>
/// <param name="Output">Name of the graph output.</param>
/// <param name="Found">How that was found, in words.</param>
internal sealed record StateLink(string Input, string Output, string Found)
{
    /// <summary>Which part of the output it is, when one output holds the next values of several inputs; null for all of it.</summary>
    public StatePiece? Piece { get; init; }
}

/// <summary>A part of an output along one axis.</summary>
/// <param name="Axis">The axis of the output along which the parts lie.</param>
/// <param name="Offset">First index on that axis.</param>
/// <param name="Length">Number of indices.</param>
/// <param name="IsStacked">Whether the input has no such axis (the parts were stacked); otherwise the input has it with this length.</param>
internal sealed record StatePiece(int Axis, int Offset, int Length, bool IsStacked)
{
    /// <summary>How many indices of an output's axis an input takes.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="input">Number of the input.</param>
    /// <param name="target">The part of the output.</param>
    /// <returns>The number, and whether the input lacks the axis.</returns>
    public static (int Length, bool IsStacked) LengthOf(OnnxGraph graph, int input, Target target)
    {
        var shape = DeclaredShape.Of(graph.Inputs[input]);
        return shape.Rank < DeclaredShape.Of(graph.Outputs[target.Output]).Rank ? (1, true) : (shape.Length(target.Axis) ?? 1, false);
    }
}
