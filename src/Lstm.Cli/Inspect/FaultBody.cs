using Lstm.Engine;

namespace Lstm.Cli.Inspect;

/// <summary>A reason.</summary>
/// <param name="Node">In the file; empty when it is no node's.</param>
/// <param name="Operator">The node's, or empty.</param>
/// <param name="Reason">Whole sentences.</param>
internal sealed record FaultBody(string Node, string Operator, string Reason)
{
    /// <summary>Describes a reason.</summary>
    /// <param name="fault">The reason.</param>
    /// <returns>The body.</returns>
    public static FaultBody From(ModelFault fault) => new(fault.Node, fault.Operator, fault.Reason);
}
