using Lstm.Engine.Kernels;
using Lstm.Engine.Layers;
using Lstm.Engine.Onnx;

namespace Lstm.Engine;

/// <summary>A model that runs in our own cells.</summary>
internal sealed class NativeModel : Model
{
    // Sequences that step together: enough to share the weights, few enough that the rows stay in cache.
    private const int WidestPrediction = 64;

    // Rows of whole sequences that are in memory at once: 256 MiB.
    private const int MostWholeFloats = 1 << 26;

    private readonly float[] _initialState;
    private readonly NativeSessionStart? _start;
    private readonly InputRange[] _ranges;
    private readonly int[] _lengths;
    private readonly NativeStepBatch?[] _spares = new NativeStepBatch?[Environment.ProcessorCount * 2];

    private NativeModel(ModelInfo info, StepPlan plan, VectorWidth width, LoadBudget budget)
        : base(info)
    {
        Width = width;
        Parts = [.. plan.Work.Parts.Select(part => NativePart.Create(part, width, budget))];
        Layers = [.. Parts.SelectMany(static p => p.Layers)];
        _initialState = new float[info.StateSize];
        foreach (StateSlot slot in plan.Work.States)
        {
            if (slot.Start is ConstantValue start)
            {
                start.Tensor.ToFloats().CopyTo(_initialState, slot.Offset);
            }
        }
        _start = plan.Start is { } once ? new NativeSessionStart(once, plan.Work.States, width, budget) : null;
        RowLength = plan.Work.RowLength;
        Inputs = [.. plan.Inputs];
        Outputs = [.. plan.Outputs];
        States = [.. plan.Work.States];
        Gates = [.. plan.Work.Gates];
        GateOffsets = [.. plan.Work.GateOffsets];
        _ranges = [.. plan.Work.Ranges, .. OtherRanges(plan)];
        _lengths = [.. plan.Work.LengthPlaces];
    }

    /// <summary>The vector width it runs on.</summary>
    public VectorWidth Width { get; }

    /// <summary>What is done with a whole sequence, part by part.</summary>
    public NativePart[] Parts { get; }

    /// <summary>The layers in order: what is done in a step.</summary>
    public Layer[] Layers { get; }

    /// <summary>Floats of a session's row in the working memory.</summary>
    public int RowLength { get; }

    /// <summary>Floats of a state: <see cref="ModelInfo.StateSize"/> without adding it up.</summary>
    public int StateSize => _initialState.Length;

    /// <summary>What a step takes.</summary>
    public StepPort[] Inputs { get; }

    /// <summary>What a step gives.</summary>
    public StepPort[] Outputs { get; }

    /// <summary>The state, piece by piece.</summary>
    public StateSlot[] States { get; }

    /// <summary>The gates, as users see them.</summary>
    public NamedSlice[] Gates { get; }

    /// <summary>For each of <see cref="Gates"/> where it lies in a session's row.</summary>
    public int[] GateOffsets { get; }

    /// <summary>Loads a file for a vector width.</summary>
    /// <param name="path">The .onnx file.</param>
    /// <param name="width">The width.</param>
    /// <param name="hints">What the file does not say itself; null for nothing.</param>
    /// <param name="budget">What the load may take; null for the default limits.</param>
    /// <returns>The model.</returns>
    /// <exception cref="ModelLoadException">All faults at once.</exception>
    /// <exception cref="OperationCanceledException">The caller of the load wants no more.</exception>
    public static NativeModel Load(string path, VectorWidth width, ModelHints? hints = null, LoadBudget? budget = null)
    {
        using LoadBudget? own = budget is null ? new LoadBudget() : null;
        budget ??= own!; // one of the two is there
        try
        {
            var file = OnnxFile.Read(path, budget);
            file.RequireNativeOpset();
            var graph = OnnxGraph.Read(file);
            graph.RequireNative();
            return Load(graph, width, hints);
        }
        catch (LoadLimitException e)
        {
            throw e.Of(path);
        }
        catch (OutOfMemoryException)
        {
            throw budget.MemoryIsUp("").Of(path);
        }
        catch (Exception e) when (e is not (ModelLoadException or OperationCanceledException))
        {
            throw new ModelLoadException(path, [new ModelFault("", "", $"Of the whole graph: {GraphTracer.Unforeseen(e)}")], e);
        }
    }

    private static NativeModel Load(OnnxGraph graph, VectorWidth width, ModelHints? hints)
    {
        StepPlan plan = GraphTracer.Plan(graph, hints ?? ModelHints.None);
        var info = new ModelInfo
        {
            Path = graph.File.Path,
            Fingerprint = graph.File.Fingerprint,
            Backend = "native",
            Producer = graph.File.Producer,
            Weights = plan.Work.Weights,
            Opset = graph.File.Opset,
            Inputs = [.. plan.Inputs.Select(static i => i.Info)],
            SessionInputs = [.. (plan.Start?.Inputs ?? []).Select(static i => i.Info)],
            Outputs = [.. plan.Outputs.Select(static o => o.Info)],
            Layers = plan.Work.Recurrent,
            States = [.. plan.Work.States.Select(static s => new NamedSlice(s.Name, s.Offset, s.Shape) { IsGiven = s.IsGiven })],
            Gates = plan.NotStreamable.Count == 0 ? plan.Work.Gates : [],
            NotStreamable = plan.NotStreamable,
            SequenceLength = plan.NotStreamable.Count > 0 && plan.Work.LengthIsUsed ? plan.Work.FixedLength : null,
            LongestSequence = plan.NotStreamable.Count == 0 ? int.MaxValue : Math.Max(1, MostWholeFloats / Math.Max(1, plan.Work.RowLength)),
            FlopsPerStep = plan.Work.Flops,
            StatePairs = plan.StatePairs,
            FrameContext = hints?.FrameContext ?? 0,
            ParameterCount = graph.Constants.Values.Where(static t => t.Floats is not null).Sum(static t => (long)t.Count),
        };
        return new NativeModel(info, plan, width, graph.File.Budget);
    }

    /// <inheritdoc/>
    public override ModelState CreateState() => _start is null ? new(this, _initialState) : CreateState((IReadOnlyList<SessionInput>)[]);

    /// <inheritdoc/>
    protected override ModelState CreateState(SessionInput[] inputs)
    {
        float[] initial = [.. _initialState];
        _start?.Run(inputs, initial);
        return new ModelState(this, initial);
    }

    /// <inheritdoc/>
    protected override string? FindValueFault(SessionInput[] inputs) => _start?.FindFault(inputs);

    /// <inheritdoc/>
    public override void Step(ModelState state, ReadOnlySpan<float> x, Span<float> y, Span<float> gates)
    {
        CheckStep(state, x, y.Length, gates.Length);
        NativeStepBatch batch = Rent();
        batch.RunAlone(state.Row, x, y, gates);
        Return(batch);
    }

    /// <inheritdoc/>
    public override string? FindInputFault(ReadOnlySpan<float> x)
    {
        if (x.Length != Info.InputSize)
        {
            return $"Expected {Info.InputSize} values (input_size) but got {x.Length}.";
        }
        if (FindValueFault(x) is { } fault)
        {
            return fault;
        }
        foreach (InputRange range in _ranges)
        {
            float value = x[range.Index];
            if (!(value >= range.Least && value <= range.Most && value == MathF.Truncate(value)))
            {
                return $"Expected a whole number from {range.Least} to {range.Most} at place {range.Index} of the input but got {value}.";
            }
        }
        return null;
    }

    /// <inheritdoc/>
    public override StepBatch CreateBatch(int capacity)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        ThrowUnlessStreamable();
        return new NativeStepBatch(this, capacity);
    }

    /// <inheritdoc/>
    public override void Predict(IReadOnlyList<Sequence> sequences)
    {
        foreach (Sequence sequence in sequences)
        {
            CheckSequence(sequence);
        }
        if (Info.IsStreamable)
        {
            PredictByStepping(sequences, WidestPrediction);
            return;
        }
        foreach (Sequence[] together in Together(sequences))
        {
            NativeSequenceRun.Run(this, together);
        }
    }

    /// <inheritdoc/>
    public override string? FindSequenceFault(ReadOnlySpan<float> x, int length)
    {
        if (base.FindSequenceFault(x, length) is { } fault)
        {
            return fault;
        }
        foreach (int place in _lengths)
        {
            float stated = x[place];
            if (!(stated >= 0 && stated <= length && stated == MathF.Truncate(stated)))
            {
                return $"Expected a whole number from 0 to {length}, the length of the sequence, at place {place} of the input (sequence_lens) but got {stated}.";
            }
        }
        return null;
    }

    // The longest first, as many as fit into memory.
    private IEnumerable<Sequence[]> Together(IReadOnlyList<Sequence> sequences)
    {
        var together = new List<Sequence>();
        int rows = 0;
        foreach (Sequence sequence in sequences.OrderByDescending(static s => s.Length))
        {
            if (together.Count > 0 && rows > Info.LongestSequence - sequence.Length)
            {
                yield return [.. together];
                together.Clear();
                rows = 0;
            }
            together.Add(sequence);
            rows += sequence.Length;
        }
        if (together.Count > 0)
        {
            yield return [.. together];
        }
    }

    // Every input of whole numbers takes nothing else, whoever reads it; lengths of sequences are checked with these.
    private static IEnumerable<InputRange> OtherRanges(StepPlan plan)
    {
        HashSet<int> known = [.. plan.Work.Ranges.Select(static r => r.Index), .. plan.Work.LengthPlaces];
        int first = 0;
        foreach (StepPort port in plan.Inputs)
        {
            if (port.Info.IsInteger)
            {
                (int least, int most) = IntegerGuard.InputRangeOf(Enum.Parse<ElementType>(port.Info.ElementType, ignoreCase: true));
                foreach (int index in Enumerable.Range(first, port.Size).Where(n => !known.Contains(n)))
                {
                    yield return new InputRange(index, least, most);
                }
            }
            first += port.Size;
        }
    }

    // Working memory for a step alone: as many spares as threads can use at once, so that steady stepping allocates nothing.
    private NativeStepBatch Rent()
    {
        for (int n = 0; n < _spares.Length; n++)
        {
            if (Interlocked.Exchange(ref _spares[n], null) is { } spare)
            {
                return spare;
            }
        }
        return new NativeStepBatch(this, 1);
    }

    private void Return(NativeStepBatch batch)
    {
        for (int n = 0; n < _spares.Length; n++)
        {
            if (Interlocked.CompareExchange(ref _spares[n], batch, null) is null)
            {
                return;
            }
        }
    }
}
