using Lstm.Engine;
using Lstm.Engine.Onnx;
using Lstm.OnnxRuntime.Backend;

namespace Lstm.OnnxRuntime;

/// <summary>
/// A model that runs in ONNX Runtime: graphs that are more than the native engine can do. A graph whose state goes in and out steps
/// like any other model; one whose state starts inside runs whole sequences only.
/// </summary>
/// <remarks>
/// Sessions run one by one unless <see cref="OrtOptions.AllowBatching"/> says otherwise. There are no gates to show. Dispose of it when no
/// step runs any more, or leave that to the garbage collector.
/// </remarks>
public sealed class OrtBackedModel : Model, IDisposable
{
    // The largest whole number up to which a float holds every one.
    private const float MostInteger = 1 << 24;
    private const int LongestWhole = 65_536;

    // Sequences that step together.
    private const int WidestPrediction = 64;

    private readonly OrtModel _model;
    private readonly TimeSpan _maxRunTime;
    private readonly Lane?[] _spares = new Lane?[Environment.ProcessorCount * 2];

    private OrtBackedModel(ModelInfo info, OrtModel model, Plan plan, TimeSpan maxRunTime)
        : base(info)
    {
        _maxRunTime = maxRunTime;
        _model = model;
        Plan = plan;
    }

    internal Plan Plan { get; }

    /// <summary>Loads an ONNX file into ONNX Runtime.</summary>
    /// <param name="path">The .onnx file, beside which its external data may be.</param>
    /// <param name="options">How it is run; null for the defaults.</param>
    /// <param name="hints">What the file does not say itself; null for nothing.</param>
    /// <param name="notNative">Why it does not run natively, for <see cref="ModelInfo.NotNative"/>; null when that was not tried.</param>
    /// <param name="budget">What the load may take; null for the default limits. Trial runs keep to it; what ONNX Runtime does before them cannot be stopped.</param>
    /// <returns>The model; <see cref="ModelInfo.IsStreamable"/> says whether it steps or runs whole sequences only.</returns>
    /// <exception cref="ModelLoadException">The file is damaged, or ONNX Runtime does not run it, or hints do not fit; all faults at once.</exception>
    /// <exception cref="OperationCanceledException">The caller of the load wants no more.</exception>
    public static OrtBackedModel Load(
        string path, OrtOptions? options = null, ModelHints? hints = null, IReadOnlyList<ModelFault>? notNative = null, LoadBudget? budget = null)
    {
        using var own = budget is null ? new LoadBudget() : null;
        budget ??= own!; // one of the two is there
        try
        {
            return Load(OnnxFile.Read(path, budget), options ?? OrtOptions.Default, hints ?? ModelHints.None, notNative ?? []);
        }
        catch (LoadLimitException error)
        {
            throw error.Of(System.IO.Path.GetFullPath(path));
        }
        catch (OutOfMemoryException)
        {
            throw budget.MemoryIsUp("").Of(System.IO.Path.GetFullPath(path));
        }
    }

    private static OrtBackedModel Load(OnnxFile file, OrtOptions options, ModelHints hints, IReadOnlyList<ModelFault> notNative)
    {
        var graph = OnnxGraph.Read(file);
        if (Soundness.Check(graph) is { Count: > 0 } faults)
            throw new ModelLoadException(file.Path, faults);
        var model = OrtModel.Load(file);
        try
        {
            var plan = Planner.Plan(graph, model, options, hints, notNative);
            return new OrtBackedModel(Description.Of(graph, plan, hints, notNative, LongestWhole), model, plan, options.MaxRunTime);
        }
        catch (OverflowException)
        {
            model.Dispose();
            throw new ModelLoadException(file.Path, [new ModelFault("", "", $"A tensor has more than {int.MaxValue} values for one timestep of one session; check the shapes of the inputs in the file and in model.json: {Shapes(model)}.")]);
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    private static string Shapes(OrtModel model) =>
        string.Join(", ", model.Inputs.Select(static i => $"'{i.Name}' [{string.Join(", ", i.Shape.Select(static n => n < 0 ? "?" : $"{n}"))}]"));

    /// <inheritdoc/>
    public override ModelState CreateState() => Plan.OnceGiven.Count == 0 ? NewState(new float[Info.StateSize]) : CreateState((IReadOnlyList<SessionInput>)[]);

    /// <inheritdoc/>
    protected override ModelState CreateState(SessionInput[] inputs) => new(this, new float[Info.StateSize], new OrtSessionContext(Plan, inputs));

    /// <inheritdoc/>
    protected override string? FindValueFault(SessionInput[] inputs)
    {
        var lengths = new Dictionary<string, (int Length, string Input)>();
        for (var n = 0; n < inputs.Length; n++)
        {
            var tensor = Plan.Inputs[Plan.OnceGiven[n]];
            if (RangeOf(tensor.ElementType) is { } range && FindOther(inputs[n].Values.Span, range) is { } fault)
                return $"{fault} of '{tensor.Name}'.";
            foreach (var (name, length) in tensor.LengthsByName(inputs[n].Shape ?? []))
            {
                if (lengths.TryGetValue(name, out var other) && other.Length != length)
                    return $"The axis {name} is {other.Length} long in '{other.Input}' and {length} in '{tensor.Name}'; expected one length.";
                lengths[name] = (length, tensor.Name);
            }
        }
        return null;
    }

    /// <inheritdoc/>
    public override void Step(ModelState state, ReadOnlySpan<float> x, Span<float> y, Span<float> gates)
    {
        CheckStep(state, x, y.Length, gates.Length);
        var lane = Rent();
        try
        {
            lane.Write(0, x, state.Values);
            lane.Run(state.Row.Context);
            lane.Read(0, y, state.Values);
        }
        finally
        {
            Return(lane);
        }
    }

    /// <inheritdoc/>
    public override string? FindInputFault(ReadOnlySpan<float> x)
    {
        if (x.Length != Info.InputSize && x.Length != Info.InputWords)
            return $"Expected {Info.InputSize} values (input_size) but got {x.Length}.";
        if (FindValueFault(x) is { } fault)
            return fault;
        foreach (var slot in Plan.X)
        {
            var type = Plan.Inputs[slot.Tensor].ElementType;
            if (slot.Exact >= 0 && slot.Exact < x.Length)
            {
                if (FindIntegerFault(Plan.Inputs[slot.Tensor], IntegerWords.Of(x.Slice(slot.Exact, slot.Size * IntegerWords.PerInteger))) is { } outOfRange)
                    return outOfRange;
                continue;
            }
            if (RangeOf(type) is not { } range)
                continue;
            for (var n = slot.Offset; n < slot.Offset + slot.Size; n++)
            {
                if (!(x[n] >= range.Least && x[n] <= range.Most && x[n] == MathF.Truncate(x[n])))
                    return $"Expected a whole number from {range.Least} to {range.Most} at place {n} of the input but got {x[n]}.";
            }
        }
        return null;
    }

    /// <inheritdoc/>
    public override StepBatch CreateBatch(int capacity)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        ThrowUnlessStreamable();
        return new OrtStepBatch(this, capacity);
    }

    /// <inheritdoc/>
    public override void Predict(IReadOnlyList<Sequence> sequences)
    {
        ArgumentNullException.ThrowIfNull(sequences);
        foreach (var sequence in sequences)
            CheckSequence(sequence);
        if (!Plan.RunsSequences)
        {
            PredictByStepping(sequences, Math.Min(Info.MaxBatch, WidestPrediction));
            return;
        }
        var whole = new WholeRun(_model.Session, Plan, _maxRunTime);
        foreach (var sequence in sequences)
        {
            // What cannot be stepped was refused with its sequence.
            if (whole.Fits(sequence))
                whole.Run(sequence);
            else
                PredictByStepping([sequence], 1);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        for (var n = 0; n < _spares.Length; n++)
            Interlocked.Exchange(ref _spares[n], null)?.Dispose();
        _model.Dispose();
    }

    internal Lane CreateLane(int count) => new(_model.Session, Plan, count, _maxRunTime);

    private static string? FindIntegerFault(PlanTensor tensor, ReadOnlySpan<long> values)
    {
        if (TensorBuffer.RangeOf(tensor.ElementType) is not { } range)
            return null;
        foreach (var value in values)
        {
            if (value < range.Least || value > range.Most)
                return $"Expected whole numbers from {range.Least} to {range.Most} ({tensor.ElementType}) of the input '{tensor.Name}' but got {value}.";
        }
        return null;
    }

    private static (float Least, float Most)? RangeOf(string type) => type switch
    {
        "bool" => (0, 1),
        "uint8" => (0, 255),
        "int32" or "int64" => (-MostInteger, MostInteger),
        _ => null,
    };

    private static string? FindOther(ReadOnlySpan<float> values, (float Least, float Most) range)
    {
        for (var n = 0; n < values.Length; n++)
        {
            if (!(values[n] >= range.Least && values[n] <= range.Most && values[n] == MathF.Truncate(values[n])))
                return $"Expected a whole number from {range.Least} to {range.Most} but got {values[n]} at place {n}";
        }
        return null;
    }

    // As many spares as threads can use at once, so that steady stepping reserves nothing.
    private Lane Rent()
    {
        for (var n = 0; n < _spares.Length; n++)
        {
            if (Interlocked.Exchange(ref _spares[n], null) is { } spare)
                return spare;
        }
        return CreateLane(1);
    }

    private void Return(Lane lane)
    {
        for (var n = 0; n < _spares.Length; n++)
        {
            if (Interlocked.CompareExchange(ref _spares[n], lane, null) is null)
                return;
        }
        lane.Dispose();
    }
}
