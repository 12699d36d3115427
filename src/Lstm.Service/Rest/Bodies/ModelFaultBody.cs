using Lstm.Engine;

namespace Lstm.Service.Rest.Bodies;

/// <summary>Why something is not possible.</summary>
/// <param name="Node">In the file; empty when it is no node's fault.</param>
/// <param name="Operator">The node's, or empty.</param>
/// <param name="Reason">Whole sentences.</param>
internal sealed record ModelFaultBody(string Node, string Operator, string Reason)
{
    /// <summary>Describes a reason.</summary>
    /// <param name="fault">The reason.</param>
    /// <returns>The body.</returns>
    public static ModelFaultBody From(ModelFault fault) => new(fault.Node, fault.Operator, fault.Reason);
}
