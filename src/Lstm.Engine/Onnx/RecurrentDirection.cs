using Lstm.Engine.Cells;
using Lstm.Engine.Kernels;

namespace Lstm.Engine.Onnx;

/// <summary>One cell of a recurrent node: forward or reverse.</summary>
/// <param name="cell">The node.</param>
/// <param name="number">Number of the direction in weights and states.</param>
/// <param name="reverse">Whether the last timestep comes first.</param>
internal sealed class RecurrentDirection(RecurrentNode cell, int number, bool reverse)
{
    private const int InputInitialH = 5;

    private string _name = "";

    /// <summary>[gates·H, I] in the file's order.</summary>
    public required float[] W { get; init; }

    /// <summary>[gates·H, H] in the file's order.</summary>
    public required float[] R { get; init; }

    /// <summary>[gates·H] in the file's order.</summary>
    public required float[] Wb { get; init; }

    /// <summary>[gates·H] in the file's order.</summary>
    public required float[] Rb { get; init; }

    /// <summary>The functions and the clip.</summary>
    public required CellFunctions Functions { get; init; }

    /// <summary>Number of the direction in weights and states.</summary>
    public int Number => number;

    /// <summary>Describes the layer and begins its recurrence; comes before its states.</summary>
    /// <param name="extra">Parameters beyond weights and one bias a gate.</param>
    public void Begin(long extra = 0)
    {
        StepPlanner plan = cell.Node.Plan;
        // Both directions of a node are one layer.
        _name = $"layer{(number == 0 ? plan.NextNumber("layer") : plan.LastNumber("layer"))}{(reverse ? "_reverse" : "")}";
        long parameters = cell.Gates * (((long)cell.HiddenSize * (cell.HiddenSize + cell.InputSize)) + cell.HiddenSize);
        plan.AddRecurrent(new LayerInfo(cell.Node.Name, cell.Kind, cell.InputSize, cell.HiddenSize, parameters + extra) { Direction = reverse ? "reverse" : "forward" });
        plan.BeginRecurrence();
    }

    /// <summary>Adds h or c to the state, with what it starts from.</summary>
    /// <param name="letter">"h" or "c".</param>
    /// <returns>The slot.</returns>
    public StateSlot AddState(string letter)
    {
        int index = InputInitialH + (letter == "c" ? 1 : 0);
        TracedValue? start = cell.Node.Start(index, isCarried: !cell.IsFunction);
        Refuse(start is ShapeValue || (start is SignalValue && !cell.IsFunction), $"initial_{letter} is computed in the step; expected a constant or an input of the graph.");
        Refuse(start is not (InitialStateValue or SignalValue or SessionValue) && !cell.Node.HasTimeAxis && !cell.IsFunction, $"initial_{letter} is no input of the graph, and the graph has no axis of time: every step would start anew.");
        int directions = cell.Directions.Count;
        Dim hidden = new(cell.HiddenSize);
        if (start is ConstantValue { Shape: [var d0, var d1, var d2] } constant && !(cell.BatchFirst ? d0 : d1).IsOne && d2 == hidden)
        {
            start = FixedBatch.OneRow(constant, cell.BatchFirst ? 0 : 1);
        }
        bool fits = start is null || (start.Shape is [var first, var second, var third]
            && (cell.BatchFirst ? second : first) == new Dim(directions)
            && (cell.BatchFirst ? first : second) is { Size: 1, Symbols: "" or "B" }
            && third == hidden);
        string expected = cell.BatchFirst ? $"[B, {directions}, {cell.HiddenSize}]" : $"[{directions}, B, {cell.HiddenSize}]";
        Refuse(!fits, $"initial_{letter} has shape {Dims.Describe(start?.Shape ?? [])}; expected {expected}.");
        TracedValue? mine = start is null || directions == 1 ? start
            : Movement.Apply(cell.Node.Plan, start, [new(1), new(1), hidden], [.. Enumerable.Range(number * cell.HiddenSize, cell.HiddenSize)]);
        if (cell.IsFunction)
        {
            var zero = new ConstantValue(Tensor.Of([1, 1, cell.HiddenSize], new float[cell.HiddenSize]));
            return new StateSlot("", 0, cell.HiddenSize, Movement.ToSignal(cell.Node.Plan, mine ?? zero).Offset, cell.Node.Plan.Allocate(cell.HiddenSize), null) { Reverse = reverse };
        }
        return cell.Node.Plan.AddState($"{_name}.{letter}", cell.HiddenSize, mine, reverse: reverse);
    }

    /// <summary>Reserves room for the gates and makes them visible.</summary>
    /// <param name="letters">Their letters, in the order in which they lie.</param>
    /// <returns>Offset of the first; each is padded to whole vectors.</returns>
    public int AddGates(string letters)
    {
        int padded = VectorWidths.Pad(cell.HiddenSize);
        int offset = cell.Node.Plan.Allocate(letters.Length * padded);
        foreach ((int n, char letter) in letters.Index())
        {
            cell.Node.Plan.AddGate($"{_name}.{letter}", cell.HiddenSize, offset + (n * padded));
        }
        return offset;
    }

    /// <summary>Refuses what cannot be honoured.</summary>
    /// <param name="condition">Whether to refuse.</param>
    /// <param name="reason">Why.</param>
    public static void Refuse(bool condition, string reason)
    {
        if (condition)
        {
            throw new NodeFaultException(reason);
        }
    }

    /// <summary>Refuses what contradicts itself.</summary>
    /// <param name="condition">Whether to refuse.</param>
    /// <param name="reason">Why.</param>
    public static void RefuseWrong(bool condition, string reason)
    {
        if (condition)
        {
            throw NodeFaultException.Wrong(reason);
        }
    }
}
