using Lstm.Engine.Layers;
using Lstm.Engine.Onnx.Pairing;
using Lstm.Engine.Onnx.Schema;

namespace Lstm.Engine.Onnx;

/// <summary>Tells the outputs of a step from those that hand a state input's next value out, which are the session's own business.</summary>
/// <param name="graph">The graph.</param>
/// <param name="scope">The values.</param>
/// <param name="inputs">The inputs, states among them.</param>
/// <param name="states">Which inputs are states.</param>
internal sealed class GraphOutputs(OnnxGraph graph, TraceScope scope, GraphInputs inputs, StateInputs states)
{
    private readonly List<ModelFault> _faults = [];

    /// <summary>What a step gives.</summary>
    public List<StepPort> Ports { get; } = [];

    /// <summary>State inputs and the outputs that feed them.</summary>
    public List<StatePair> Pairs { get; } = [];

    /// <summary>Finds the outputs and ends the states that plain operators compute.</summary>
    /// <returns>What is wrong with them.</returns>
    public IReadOnlyList<ModelFault> Find()
    {
        HashSet<string> used = [];
        foreach ((string name, StateSlot slot, Dim[] shape) in inputs.Slots)
        {
            StateLink link = states.OfPlainOperators.First(l => l.Input == name);
            used.Add(link.Output);
            EndSlot(link, slot, shape);
        }
        Dictionary<int, int> placeOfState = PlaceOfState();
        foreach (ValueInfoProto output in graph.Outputs.Where(o => !used.Contains(o.Name) && scope.Values.ContainsKey(o.Name)))
        {
            if (AnsweredBy(scope.Values[output.Name], placeOfState) is { Count: > 0 } answered)
            {
                Pairs.AddRange(answered.Select(name => new StatePair(name, output.Name, "the recurrent nodes that start from the one end in the other, value by value")));
                used.Add(output.Name);
            }
        }
        CheckNamed();
        Pairs.AddRange(inputs.Initial.Where(i => Pairs.TrueForAll(p => p.Input != i.Name))
            .Select(static i => new StatePair(i.Name, "", "recurrent nodes start from it; no output of the graph is made of their next states alone")));
        for (int n = 0; n < Pairs.Count; n++)
        {
            Pairs[n] = Place(Pairs[n], placeOfState);
        }
        // A graph that gives nothing but its states gives them to the caller, too.
        bool statesOnly = graph.Outputs.All(o => used.Contains(o.Name));
        foreach (ValueInfoProto output in graph.Outputs.Where(o => (statesOnly || !used.Contains(o.Name)) && scope.Values.ContainsKey(o.Name)))
        {
            AddPort(output.Name, scope.Values[output.Name]);
        }
        return _faults;
    }

    // Pairs that someone named must not contradict what the graph shows.
    private void CheckNamed()
    {
        foreach (StateLink named in states.Named ?? [])
        {
            StatePair? found = Pairs.Find(p => p.Input == named.Input);
            if (found is null && scope.Values.ContainsKey(named.Input) && scope.Values.ContainsKey(named.Output))
            {
                _faults.Add(new ModelFault("", "", $"The state '{named.Input}' goes through plain operators over a whole sequence.") { Kind = ModelFaultKind.Unsupported });
            }
            else if (found is not null && found.Output != named.Output)
            {
                _faults.Add(new ModelFault("", "", $"In state_pairs in model.json: the output '{named.Output}' is named as the next value of '{named.Input}', but the graph computes that in '{found.Output}'."));
            }
        }
    }

    private StatePair Place(StatePair pair, Dictionary<int, int> placeOfState)
    {
        if (inputs.Slots.Find(s => s.Name == pair.Input) is { Slot: { } slot } kept)
        {
            return pair with { Places = [.. Enumerable.Range(slot.Offset, slot.Length)], Shape = SizesOf(kept.Shape), BatchAxis = Array.IndexOf(kept.Shape, Dim.B) };
        }
        (_, int first, int count, Dim[] shape) = inputs.Initial.Find(i => i.Name == pair.Input);
        var places = new int[count];
        Array.Fill(places, -1);
        foreach ((int state, int place) in placeOfState)
        {
            if (place >= first && place < first + count)
            {
                places[place - first] = state;
            }
        }
        return pair with { Places = Array.IndexOf(places, -1) < 0 ? places : [], Shape = SizesOf(shape), BatchAxis = Array.IndexOf(shape, Dim.B) };
    }

    private void AddPort(string name, TracedValue value)
    {
        try
        {
            SignalValue signal = Movement.ToSignal(scope.Plan, value);
            if (Dims.IsPadded(signal.Shape))
            {
                throw NodeFaultException.NotStreamable($"it has shape {Dims.Describe(signal.Shape)}, which reaches beyond the last timestep.");
            }
            IntegerGuard.CheckOutput(scope.Plan, name, signal);
            bool everyStep = !scope.HasTimeAxis || !signal.LastStep;
            Ports.Add(new StepPort(inputs.Describe(name, signal.Type, signal.Shape, signal.Shape) with { EveryStep = everyStep }, signal.Offset));
        }
        catch (NodeFaultException e)
        {
            _faults.Add(new ModelFault("", "", $"The output '{name}' is not usable: {e.Message}") { Kind = e.Kind });
        }
    }

    // What the graph computes for the next step goes where the session keeps it.
    private void EndSlot(StateLink link, StateSlot slot, Dim[] shape)
    {
        if (!scope.Values.TryGetValue(link.Output, out TracedValue? value))
        {
            return;
        }
        if (value is SignalValue or ConstantValue && link.Piece is { } piece && piece.Axis < value.Shape.Length && value.Shape[piece.Axis].Size >= piece.Offset + piece.Length)
        {
            Dim[] part = [.. value.Shape];
            part[piece.Axis] = new Dim(piece.Length);
            int[] strides = Dims.Strides(value.Shape);
            value = Movement.Apply(scope.Plan, value, part, Dims.Map(part, index => index.Index().Sum(i => strides[i.Index] * (i.Item + (i.Index == piece.Axis ? piece.Offset : 0)))));
        }
        if (value is not (SignalValue or ConstantValue) || Dims.Count(value.Shape) != slot.Length || Dims.IsPadded(value.Shape))
        {
            _faults.Add(new ModelFault("", "", $"The output '{link.Output}' has shape {Dims.Describe(value.Shape)} but feeds the state '{link.Input}' of shape {Dims.Describe(shape)}.") { Kind = ModelFaultKind.Unsupported });
            return;
        }
        SignalValue next = Movement.ToSignal(scope.Plan, value);
        scope.Plan.Add(() => new CopyLayerSpec([new CopyRun(next.Offset, slot.New, slot.Length)]));
        Pairs.Add(new StatePair(link.Input, link.Output, link.Found));
    }

    // The state inputs whose next values make up an output, and nothing else does; those answered already count no more.
    private List<string> AnsweredBy(TracedValue value, Dictionary<int, int> placeOfState)
    {
        if (value is not SignalValue { StateOrigin: { } origin } || (scope.HasTimeAxis && Dims.HasTime(value.Shape)))
        {
            return [];
        }
        int[] places = [.. origin.Select(state => placeOfState.GetValueOrDefault(state, -1))];
        var answered = new List<string>();
        int covered = 0;
        foreach ((string name, int first, int count, Dim[] shape) in inputs.Initial)
        {
            int[] mine = [.. places.Where(place => place >= first && place < first + count)];
            bool isWhole = mine.Length == count && mine.Index().All(m => m.Item == first + m.Index);
            // One state in another shape is an output that shows it.
            if (isWhole && (count < places.Length || value.Shape.SequenceEqual(shape)) && Pairs.TrueForAll(p => p.Input != name))
            {
                answered.Add(name);
                covered += count;
            }
        }
        return covered == places.Length ? answered : [];
    }

    // For each value of the session's state the place among the initial states that it starts from.
    private Dictionary<int, int> PlaceOfState()
    {
        var result = new Dictionary<int, int>();
        var taken = new HashSet<int>();
        foreach (StateSlot slot in scope.Plan.States)
        {
            if (slot.Start is InitialStateValue start)
            {
                for (int n = 0; n < slot.Length; n++)
                {
                    // A place that starts two states is answered by no single output.
                    result[slot.Offset + n] = taken.Add(start.Source[n]) ? start.Source[n] : -1;
                }
            }
        }
        return result;
    }

    private static int[] SizesOf(Dim[] shape) => [.. shape.Select(static d => (int)d.Size)];
}
