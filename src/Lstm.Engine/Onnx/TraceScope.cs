using Lstm.Engine.Layers;
using Lstm.Engine.Onnx.Schema;

namespace Lstm.Engine.Onnx;

/// <summary>What nodes see while they are traced: the values so far, the plan, and the way into subgraphs.</summary>
/// <param name="Plan">The plan that is being built.</param>
/// <param name="Opset">Version of the operator set.</param>
/// <param name="HasTimeAxis">Whether the graph has an axis of time; otherwise it does one step a run.</param>
/// <param name="TraceBody">Traces the nodes of a subgraph, whose names join the values; throws when one of them is at fault.</param>
internal sealed record TraceScope(StepPlanner Plan, int Opset, bool HasTimeAxis, Action<GraphProto> TraceBody)
{
    private readonly Dictionary<string, SignalValue> _kept = [];

    /// <summary>The load that this is done for.</summary>
    public required LoadBudget Budget { get; init; }

    /// <summary>All values so far by name.</summary>
    public Dictionary<string, TracedValue> Values { get; } = [];

    /// <summary>A value as a step has it: one that was computed when the session opened is kept by the session.</summary>
    /// <param name="name">Its name.</param>
    /// <returns>The value.</returns>
    public TracedValue InStep(string name) => Values[name] is not SessionValue ? Values[name]
        : _kept.TryGetValue(name, out SignalValue? kept) ? kept
        : Keep(name, $"session{Plan.NextNumber("session")}.value", null);

    /// <summary>Makes the session keep a value that was computed when it opened: a state that never changes.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="piece">Its name as a piece of the state.</param>
    /// <param name="shape">Its shape as users see it; null for one axis.</param>
    /// <returns>The value in a step.</returns>
    public SignalValue Keep(string name, string piece, IReadOnlyList<int>? shape)
    {
        var start = (SessionValue)Values[name];
        Plan.BeginRecurrence();
        StateSlot slot = Plan.AddState(piece, start.Source.Length, start, shape, isGiven: true);
        Plan.Add(() => new CopyLayerSpec([new CopyRun(slot.Old, slot.New, slot.Length)]));
        Plan.EndRecurrence([slot]);
        return _kept[name] = new SignalValue(start.Shape, start.Type, slot.Old);
    }
}
