using Lstm.Engine.Onnx.Schema;

namespace Lstm.Engine.Onnx;

/// <summary>
/// Plans what is computed once, when a session opens: nodes that see nothing but session inputs, constants and shapes. It has a row of its own.
/// What the step needs of it, the session keeps.
/// </summary>
/// <param name="main">What the other nodes see.</param>
internal sealed class SessionScope(TraceScope main)
{
    /// <summary>What the nodes see.</summary>
    public TraceScope Scope { get; } = new(new StepPlanner(isWhole: false, null, main.Plan.FixedBatch), main.Opset, main.HasTimeAxis, main.TraceBody) { Budget = main.Budget };

    /// <summary>What is given.</summary>
    public List<StepPort> Ports { get; } = [];

    /// <summary>Defines an input, which the session keeps.</summary>
    /// <param name="info">Its description.</param>
    /// <param name="type">Its element type.</param>
    /// <param name="shape">Its axes.</param>
    public void Define(TensorInfo info, ElementType type, Dim[] shape)
    {
        int first = Ports.Sum(static i => i.Info.Size);
        int offset = Scope.Plan.Allocate(info.Size);
        Ports.Add(new StepPort(info, offset));
        Scope.Values[info.Name] = new SignalValue(shape, type, offset) { InputOrigin = [.. Enumerable.Range(first, info.Size)] };
        Publish(info.Name);
        main.Keep(info.Name, info.Name, info.Shape);
    }

    /// <summary>Whether a node is computed when a session opens.</summary>
    /// <param name="node">The node, all of whose inputs are known.</param>
    /// <returns>True when it takes a value of the session, and nothing that is known only later.</returns>
    public bool Takes(NodeProto node)
    {
        TracedValue[] inputs = [.. node.Input.Where(static i => i.Length > 0).Select(i => main.Values[i])];
        return Array.Exists(inputs, static v => v is SessionValue)
            && Array.TrueForAll(inputs, static v => v is SessionValue or ConstantValue || (v is ShapeValue numbers && !Dims.HasTime(numbers.Elements)))
            && node.Attribute.All(static a => a.G is null);
    }

    /// <summary>Hands a node its inputs.</summary>
    /// <param name="node">The node.</param>
    public void Enter(NodeProto node)
    {
        foreach (string input in node.Input.Where(static i => i.Length > 0))
        {
            Scope.Values.TryAdd(input, main.Values[input]);
        }
    }

    /// <summary>Takes the node's outputs.</summary>
    /// <param name="node">The node.</param>
    public void Leave(NodeProto node)
    {
        foreach (string output in node.Output.Where(Scope.Values.ContainsKey))
        {
            Publish(output);
        }
    }

    private void Publish(string name) => main.Values[name] = Scope.Values[name] is SignalValue signal
        ? new SessionValue(signal.Shape, signal.Type, [.. Enumerable.Range(signal.Offset, Dims.Count(signal.Shape))])
        : Scope.Values[name];
}
