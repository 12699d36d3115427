using Lstm.Engine;
using Lstm.Engine.Onnx.Pairing;

namespace Lstm.OnnxRuntime.Backend;

/// <content>Where inputs, outputs and states lie in the rows of a step.</content>
internal sealed partial class Planner
{
    private List<StateSlot> FindStates(PlanTensor[] inputs, PlanTensor[] outputs)
    {
        var states = new List<StateSlot>();
        var faults = new List<ModelFault>();
        var offset = 0;
        foreach (var link in _pairing.Links)
        {
            var into = Array.FindIndex(inputs, i => i.Name == link.Input);
            var from = Array.FindIndex(outputs, o => o.Name == link.Output);
            int size = inputs[into].Size;
            var isInteger = ElementTypeNames.IsInteger(inputs[into].ElementType);
            var lengths = outputs[from].Shape.Select((n, axis) => axis == link.Piece?.Axis ? link.Piece.Length : n).ToArray();
            if (outputs[from].Time >= 0)
                faults.Add(new ModelFault("", "", $"The output '{link.Output}' grows with the sequence and cannot be the next value of '{link.Input}'."));
            else if (lengths.Aggregate(1, static (product, n) => product * n) != size)
                faults.Add(new ModelFault("", "", $"The output '{link.Output}' has shape [{string.Join(", ", outputs[from].Shape)}] after a step and cannot be the next value of '{link.Input}' of shape [{string.Join(", ", inputs[into].Shape)}]."));
            states.Add(new StateSlot(link.Input, inputs[into].ElementType, inputs[into].StepShape, new Slot(offset, size, into), new Slot(offset, size, from, link.Piece), IsFromInput: false));
            offset += isInteger ? size * IntegerWords.PerInteger : size;
        }
        if (_hints.FrameContext > 0 && faults.Count == 0)
            AddContext(states, inputs, offset, faults);
        return faults.Count == 0 ? states : throw new ModelLoadException(_graph.File.Path, faults);
    }

    private void AddContext(List<StateSlot> states, PlanTensor[] inputs, int offset, List<ModelFault> faults)
    {
        int[] framed = [.. Enumerable.Range(0, inputs.Length).Where(n => !IsState(inputs[n].Name) && inputs[n].ElementType.StartsWith("float", StringComparison.Ordinal))];
        if (framed.Length != 1)
        {
            faults.Add(new ModelFault("", "", $"frame_context needs exactly one floating-point input beside the states, but the graph has {framed.Length}."));
            return;
        }
        var input = inputs[framed[0]];
        var last = input.Shape.Length - 1;
        if (last < 0 || last == input.Time || last == input.Batch || input.Shape[last] <= _hints.FrameContext)
        {
            faults.Add(new ModelFault("", "", $"frame_context is {_hints.FrameContext}, but the input '{input.Name}' is {input.Axes}; expected more samples than that on its last axis."));
            return;
        }
        int rest = input.Size / input.Shape[last];
        var size = rest * _hints.FrameContext;
        states.Add(new StateSlot(
            $"{input.Name}.context",
            input.ElementType,
            [.. input.StepShape.SkipLast(1), _hints.FrameContext],
            new Slot(offset, size, framed[0], new StatePiece(last, 0, _hints.FrameContext, false)),
            new Slot(offset, size, framed[0], new StatePiece(last, input.Shape[last] - _hints.FrameContext, _hints.FrameContext, false)),
            IsFromInput: true));
    }

    private List<Slot> FindX(PlanTensor[] inputs)
    {
        var slots = new List<Slot>();
        var offset = 0;
        for (var n = 0; n < inputs.Length; n++)
        {
            if (IsState(inputs[n].Name) || _onceGiven.Contains(inputs[n].Name))
                continue;
            var isFramed = _hints.FrameContext > 0 && inputs[n].ElementType.StartsWith("float", StringComparison.Ordinal);
            var last = inputs[n].Shape.Length - 1;
            var piece = isFramed ? new StatePiece(last, _hints.FrameContext, inputs[n].Shape[last] - _hints.FrameContext, false) : null;
            var size = piece is null ? inputs[n].Size : inputs[n].Size / inputs[n].Shape[last] * piece.Length;
            slots.Add(new Slot(offset, size, n, piece));
            offset += size;
        }
        return PlaceIntegers(slots, inputs);
    }

    // Behind the floats of a row: what these cannot hold.
    private static List<Slot> PlaceIntegers(List<Slot> slots, PlanTensor[] tensors)
    {
        var words = slots.Sum(static s => s.Size);
        for (var n = 0; n < slots.Count; n++)
        {
            if (tensors[slots[n].Tensor].ElementType is not ("int64" or "int32"))
                continue;
            slots[n] = slots[n] with { Exact = words };
            words = checked(words + (slots[n].Size * IntegerWords.PerInteger));
        }
        return slots;
    }

    private List<Slot> FindY(PlanTensor[] outputs)
    {
        var slots = new List<Slot>();
        var offset = 0;
        // A graph that gives nothing but its states gives them to the caller, too.
        var statesOnly = outputs.All(o => _pairing.Links.Any(l => l.Output == o.Name));
        for (var n = 0; n < outputs.Length; n++)
        {
            if ((!statesOnly && _pairing.Links.Any(l => l.Output == outputs[n].Name)) || outputs[n].IsOpen)
                continue;
            slots.Add(new Slot(offset, outputs[n].Size, n));
            offset += outputs[n].Size;
        }
        return PlaceIntegers(slots, outputs);
    }
}
