using Lstm.Engine.Layers;
using Lstm.Engine.Onnx.Operators;

namespace Lstm.Engine.Onnx;

/// <summary>
/// Moves values to other places, whatever kind they are: constants are rearranged, states keep track of where they came from,
/// signals become copies in the row (or nothing at all, when only the shape changes).
/// </summary>
internal static class Movement
{
    /// <summary>A value with the same contents in another shape.</summary>
    /// <param name="value">The value.</param>
    /// <param name="shape">Its new axes, with as many values in the same order.</param>
    /// <returns>The value in the new shape.</returns>
    public static TracedValue Reshape(TracedValue value, Dim[] shape) => value switch
    {
        ConstantValue constant => new ConstantValue(shape, constant.Tensor.Rearrange(SizesOf(shape), [.. Enumerable.Range(0, constant.Tensor.Count)])),
        ShapeValue numbers => numbers with { Shape = shape },
        InitialStateValue state => state with { Shape = shape },
        SessionValue once => once with { Shape = shape },
        SignalValue signal => signal with { Shape = shape },
        _ => throw new NodeFaultException($"cannot reshape {value.Kind}."),
    };

    /// <summary>A value whose contents are taken from another's, place by place.</summary>
    /// <param name="plan">Where copies go.</param>
    /// <param name="value">The source.</param>
    /// <param name="shape">Axes of the result.</param>
    /// <param name="source">For each value of the result the place of its source.</param>
    /// <param name="lastStep">Whether only the last step is taken.</param>
    /// <returns>The result.</returns>
    public static TracedValue Apply(StepPlanner plan, TracedValue value, Dim[] shape, int[] source, bool lastStep = false)
    {
        switch (value)
        {
            case ConstantValue constant:
                return new ConstantValue(shape, constant.Tensor.Rearrange(SizesOf(shape), source));
            case ShapeValue numbers:
                return new ShapeValue(shape, [.. source.Select(n => numbers.Elements[n])]);
            case InitialStateValue state:
                return new InitialStateValue(shape, [.. source.Select(n => state.Source[n])]);
            case SessionValue once:
                return once with { Shape = shape, Source = [.. source.Select(n => once.Source[n])] };
            case SignalValue signal:
                SignalValue moved = signal with
                {
                    Shape = shape,
                    LastStep = signal.LastStep || lastStep,
                    StateOrigin = signal.StateOrigin is { } states ? [.. source.Select(n => states[n])] : null,
                    InputOrigin = signal.InputOrigin is { } inputs ? [.. source.Select(n => inputs[n])] : null,
                };
                if (source.Length == Dims.Count(signal.Shape) && source.Index().All(static pair => pair.Index == pair.Item))
                {
                    return moved;
                }
                int offset = plan.Allocate(source.Length);
                AddCopies(plan, signal.Offset, offset, source);
                return moved with { Offset = offset };
            default:
                throw new NodeFaultException($"cannot rearrange {value.Kind}.");
        }
    }

    /// <summary>Several values, one after the other along an axis.</summary>
    /// <param name="plan">Where copies go.</param>
    /// <param name="values">The values.</param>
    /// <param name="axis">The axis.</param>
    /// <returns>The result.</returns>
    public static TracedValue Concatenate(StepPlanner plan, IReadOnlyList<TracedValue> values, int axis)
    {
        Dim[] first = values[0].Shape;
        foreach (TracedValue value in values)
        {
            if (value.Shape.Length != first.Length || value.Shape.Index().Any(d => d.Index != axis && d.Item != first[d.Index]))
            {
                throw new NodeFaultException($"cannot concatenate {Dims.Describe(first)} and {Dims.Describe(value.Shape)} on axis {axis}; expected the same size on every other axis.");
            }
            if (!value.Shape[axis].IsStatic)
            {
                throw new NodeFaultException($"cannot concatenate along {value.Shape[axis]}: that joins different timesteps or sessions.");
            }
        }
        Dim[] shape = [.. first];
        shape[axis] = new Dim(values.Sum(v => v.Shape[axis].Size));
        Dims.CheckCount(shape);
        // Which value, and which place in it, each place of the result comes from.
        var origin = new (int Value, int Place)[Dims.Count(shape)];
        int[] strides = Dims.Strides(shape);
        long start = 0;
        for (int n = 0; n < values.Count; n++)
        {
            int place = 0;
            foreach (int target in Dims.Map(values[n].Shape, index => index.Index().Sum(i => strides[i.Index] * (i.Item + (i.Index == axis ? (int)start : 0)))))
            {
                origin[target] = (n, place++);
            }
            start += values[n].Shape[axis].Size;
        }
        if (values.All(static v => v is ConstantValue))
        {
            return ConcatenateConstants([.. values.Cast<ConstantValue>()], shape, origin);
        }
        if (values.All(static v => NodeContext.TryNumbers(v, out _)))
        {
            Dim[][] numbers = [.. values.Select(static v => NodeContext.TryNumbers(v, out Dim[]? found) ? found : [])];
            return new ShapeValue(shape, [.. origin.Select(o => numbers[o.Value][o.Place])]);
        }
        if (values.All(static v => v is InitialStateValue))
        {
            return new InitialStateValue(shape, [.. origin.Select(o => ((InitialStateValue)values[o.Value]).Source[o.Place])]);
        }
        return ConcatenateSignals(plan, values, shape, origin);
    }

    /// <summary>A signal that holds a value: itself, or the constant written into the row.</summary>
    /// <param name="plan">Where the constant goes.</param>
    /// <param name="value">A signal or a constant.</param>
    /// <returns>The signal.</returns>
    public static SignalValue ToSignal(StepPlanner plan, TracedValue value)
    {
        switch (value)
        {
            case SignalValue signal when signal.Shape.Any(static d => d.Lead != 0):
                throw new NodeFaultException($"it takes a padded sequence of shape {Dims.Describe(signal.Shape)}; only convolutions and pooling do.");
            case SignalValue signal:
                return signal;
            case ConstantValue constant:
                int offset = plan.Allocate(constant.Tensor.Count);
                float[] floats = constant.Tensor.ToFloats();
                plan.Add(() => new ConstantLayerSpec(offset, floats));
                return new SignalValue(constant.Shape, constant.Tensor.Type, offset);
            case ShapeValue numbers when numbers.Elements.All(static d => d.Symbols is "" or "T"):
                return NumbersOfTimesteps(plan, numbers);
            default:
                throw new NodeFaultException($"expected a value of the step but found {value.Kind} of shape {Dims.Describe(value.Shape)}.");
        }
    }

    // T as a value of the last timestep: before it, the number of timesteps so far.
    private static SignalValue NumbersOfTimesteps(StepPlanner plan, ShapeValue numbers)
    {
        if (plan.Depth > 0)
        {
            throw new NodeFaultException("it computes with the length of the sequence inside a recurrence.");
        }
        int count = numbers.Elements.Length;
        float[] factors = [.. numbers.Elements.Select(static d => d.IsStatic ? 0f : d.Size)];
        SignalValue each = ToSignal(plan, new ConstantValue(Tensor.Of([count], factors, ElementType.Int64)));
        SignalValue sum = ReduceOperator.RunAlong(plan, "ReduceSum", each, squared: false);
        var more = new ConstantValue(Tensor.Of([count], [.. numbers.Elements.Select(static d => d.IsStatic ? d.Size : (float)(d.Lead + d.Trail))], ElementType.Int64));
        return (SignalValue)ArithmeticOperator.Plan(plan, ArithmeticOperation.Add, sum, more) with { Shape = numbers.Shape };
    }

    /// <summary>A value of the last timestep that every timestep sees.</summary>
    /// <param name="plan">The plan, of whole sequences.</param>
    /// <param name="signal">The value.</param>
    /// <returns>The value, in every row.</returns>
    /// <exception cref="NodeFaultException">One step at a time is planned.</exception>
    public static SignalValue ToEveryTimestep(StepPlanner plan, SignalValue signal)
    {
        int offset = Spread(plan, signal, fromFirst: false, "it joins a value of the last timestep with values of every timestep; a stream does not know yet which timestep is the last.");
        return signal.At(offset) with { LastStep = false };
    }

    /// <summary>A value of the first timestep as one of the last, where values of one timestep are kept.</summary>
    /// <param name="plan">The plan, of whole sequences.</param>
    /// <param name="signal">The value.</param>
    /// <returns>The value, in the last row.</returns>
    /// <exception cref="NodeFaultException">One step at a time is planned.</exception>
    public static SignalValue FromFirstTimestep(StepPlanner plan, SignalValue signal)
    {
        int offset = Spread(plan, signal, fromFirst: true, "it takes the first timestep of the sequence, which a stream has passed.");
        return signal with { Offset = offset, LastStep = true, InputOrigin = null };
    }

    /// <summary>A sequence from its last timestep to its first.</summary>
    /// <param name="plan">The plan, of whole sequences.</param>
    /// <param name="signal">The sequence.</param>
    /// <returns>The sequence backward.</returns>
    /// <exception cref="NodeFaultException">One step at a time is planned.</exception>
    public static SignalValue Reverse(StepPlanner plan, SignalValue signal)
    {
        int size = Dims.Count(signal.Shape);
        int offset = plan.Allocate(size);
        plan.AddAcrossTime(
            "it turns the sequence around, which takes its end first.",
            () => new AlongTimeLayer(static values => values.Reverse(), signal.Offset, offset, size));
        return signal.At(offset);
    }

    /// <summary>A sequence that comes some timesteps late, or early.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="signal">The sequence; its axis of time may be padded.</param>
    /// <param name="axis">Its axis of time.</param>
    /// <param name="ahead">Which timestep stands at a timestep's place, relative to it: negative for past ones.</param>
    /// <param name="padding">What stands where there is none.</param>
    /// <returns>The sequence, as long as it was.</returns>
    /// <exception cref="NodeFaultException">It comes early, and one step at a time is planned.</exception>
    public static SignalValue Shift(StepPlanner plan, SignalValue signal, int axis, int ahead, float padding)
    {
        Dim[] shape = [.. signal.Shape];
        shape[axis] = Dim.T;
        int size = Dims.Count(shape);
        int past = checked(-ahead);
        if (past == 0)
        {
            return signal with { Shape = shape, Padding = null };
        }
        int offset = plan.Allocate(size);
        if (plan.IsWhole || past < 0)
        {
            plan.AddAcrossTime(
                $"it looks {ahead} {(ahead == 1 ? "timestep" : "timesteps")} ahead, which a stream does not know yet.", () => new WindowLayer(signal.Offset, size, offset, ahead, 1, padding));
        }
        else
        {
            Dims.CheckCount([new Dim((long)past * size)]);
            ConstantValue? start = padding == 0f ? null : new ConstantValue(Tensor.Of([past * size], [.. Enumerable.Repeat(padding, past * size)]));
            plan.BeginRecurrence();
            StateSlot slot = plan.AddState($"past{plan.NextNumber("past")}.x", past * size, start, [past, size]);
            plan.Add(() => new CopyLayerSpec([new CopyRun(slot.Old, offset, size)]));
            CopyRun[] on = [.. past > 1 ? [new CopyRun(slot.Old + size, slot.New, (past - 1) * size)] : Array.Empty<CopyRun>(), new CopyRun(signal.Offset, slot.New + ((past - 1) * size), size)];
            plan.Add(() => new CopyLayerSpec(on));
            plan.EndRecurrence([slot]);
        }
        return signal.At(offset) with { Shape = shape };
    }

    private static int Spread(StepPlanner plan, SignalValue signal, bool fromFirst, string reason)
    {
        int size = Dims.Count(signal.Shape);
        int offset = plan.Allocate(size);
        plan.AddAcrossTime(reason, () => new SpreadLayer(signal.Offset, offset, size, fromFirst));
        return offset;
    }

    private static ConstantValue ConcatenateConstants(ConstantValue[] values, Dim[] shape, (int Value, int Place)[] origin)
    {
        Tensor first = values[0].Tensor;
        if (values.FirstOrDefault(v => (v.Tensor.Integers is null) != (first.Integers is null)) is { } other)
        {
            throw new NodeFaultException($"cannot concatenate {ElementTypes.Name(first.Type)} and {ElementTypes.Name(other.Tensor.Type)}; expected one type.");
        }
        return new ConstantValue(shape, first.Integers is null
            ? Tensor.Of(SizesOf(shape), [.. origin.Select(o => values[o.Value].Tensor.ToFloats()[o.Place])], first.Type)
            : Tensor.Of(SizesOf(shape), [.. origin.Select(o => values[o.Value].Tensor.Integers![o.Place])], first.Type)); // of one type, just checked
    }

    private static SignalValue ConcatenateSignals(StepPlanner plan, IReadOnlyList<TracedValue> values, Dim[] shape, (int Value, int Place)[] origin)
    {
        SignalValue[] signals = [.. values.Select(v => ToSignal(plan, v))];
        int offset = plan.Allocate(origin.Length);
        for (int n = 0; n < signals.Length; n++)
        {
            (int Index, (int Value, int Place) Item)[] mine = [.. origin.Index().Where(o => o.Item.Value == n)];
            CopyRun[] runs = RunsOf(mine.Select(o => (signals[n].Offset + o.Item.Place, offset + o.Index)));
            plan.Add(() => new CopyLayerSpec(runs));
        }
        return new SignalValue(shape, signals[0].Type, offset)
        {
            LastStep = signals.Any(static s => s.LastStep),
            StateOrigin = signals.All(static s => s.StateOrigin is not null) ? [.. origin.Select(o => signals[o.Value].StateOrigin![o.Place])] : null,
            InputOrigin = signals.All(static s => s.InputOrigin is not null) ? [.. origin.Select(o => signals[o.Value].InputOrigin![o.Place])] : null,
        };
    }

    private static void AddCopies(StepPlanner plan, int from, int to, int[] source)
    {
        CopyRun[] runs = RunsOf(source.Index().Select(pair => (from + pair.Item, to + pair.Index)));
        plan.Add(() => new CopyLayerSpec(runs));
    }

    private static CopyRun[] RunsOf(IEnumerable<(int From, int To)> pairs) => Join(pairs.Select(static p => new CopyRun(p.From, p.To, 1)));

    /// <summary>Joins copies of neighbouring values.</summary>
    /// <param name="copies">The copies, in order.</param>
    /// <returns>As few as possible that do the same.</returns>
    public static CopyRun[] Join(IEnumerable<CopyRun> copies)
    {
        var runs = new List<CopyRun>();
        foreach (CopyRun copy in copies)
        {
            if (runs.Count > 0 && runs[^1] is var last && last.From + last.Length == copy.From && last.To + last.Length == copy.To)
            {
                runs[^1] = last with { Length = last.Length + copy.Length };
            }
            else
            {
                runs.Add(copy);
            }
        }
        return [.. runs];
    }

    private static int[] SizesOf(Dim[] shape) => [.. shape.Select(static d => (int)d.Size)];
}
