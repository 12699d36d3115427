using Lstm.Engine.Onnx.Schema;

namespace Lstm.Engine.Onnx;

/// <summary>What nodes see while they are traced: the values so far, the plan, and the way into subgraphs.</summary>
/// <param name="Plan">The plan that is being built.</param>
/// <param name="Opset">Version of the operator set.</param>
/// <param name="HasTimeAxis">Whether the graph has an axis of time; otherwise it does one step a run.</param>
/// <param name="TraceBody">Traces the nodes of a subgraph, whose names join the values; throws when one of them is at fault.</param>
internal sealed record TraceScope(StepPlanner Plan, int Opset, bool HasTimeAxis, Action<GraphProto> TraceBody)
{
    /// <summary>All values so far by name.</summary>
    public Dictionary<string, TracedValue> Values { get; } = [];
}
