using Lstm.Engine.Kernels;

namespace Lstm.Engine;

/// <summary>
/// A recurrent network, loaded and immutable: weights and the plan of one step. Any number of threads may step
/// different states of one model at the same time.
/// </summary>
public abstract class Model
{
    // Inputs of which model.json lists the values, and where they begin in x.
    private readonly List<(int Offset, TensorInfo Input)> _selectors = [];

    /// <summary>Describes the model; set by the backend.</summary>
    /// <param name="info">What was understood of the file.</param>
    protected Model(ModelInfo info)
    {
        ArgumentNullException.ThrowIfNull(info);
        Info = info;
        int offset = 0;
        foreach (TensorInfo input in info.Inputs)
        {
            if (input.Values.Count > 0)
            {
                _selectors.Add((offset, input));
            }
            offset += input.Size;
        }
    }

    /// <summary>Loads an ONNX file into our own cells.</summary>
    /// <param name="path">The .onnx file.</param>
    /// <param name="hints">What the file does not say itself; null for nothing.</param>
    /// <param name="budget">What the load may take; null for the default limits.</param>
    /// <returns>The model; <see cref="ModelInfo.IsStreamable"/> says whether it steps or runs whole sequences only.</returns>
    /// <exception cref="ModelLoadException">The file cannot be read or cannot be run natively; all its faults at once.</exception>
    /// <exception cref="OperationCanceledException">The caller of the load wants no more.</exception>
    public static Model Load(string path, ModelHints? hints = null, LoadBudget? budget = null) => NativeModel.Load(path, VectorWidths.Best, hints ?? ModelHints.None, budget);

    /// <summary>Name, sizes, layers, backend.</summary>
    public ModelInfo Info { get; }

    /// <summary>A new state: what the network starts from (zero unless the file says otherwise).</summary>
    /// <returns>A state that belongs to this model.</returns>
    /// <exception cref="ArgumentException">The model has inputs that are given once, when a session opens.</exception>
    public abstract ModelState CreateState();

    /// <summary>A new state: what the network starts from, given what comes once, when a session opens.</summary>
    /// <param name="inputs">One for each of <see cref="ModelInfo.SessionInputs"/>, in any order.</param>
    /// <returns>A state that belongs to this model; it goes back to this start.</returns>
    /// <exception cref="ArgumentException"><see cref="FindSessionInputFault"/> has something to say.</exception>
    public ModelState CreateState(IReadOnlyList<SessionInput> inputs)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        SessionInput[] complete = SessionInput.Complete(Info, inputs, out string? fault);
        return (fault ?? FindValueFault(complete)) is { } wrong ? throw new ArgumentException(wrong, nameof(inputs))
            : complete.Length == 0 ? CreateState()
            : CreateState(complete);
    }

    /// <summary>Says what is wrong with inputs that are given once, when a session opens.</summary>
    /// <param name="inputs">What was given.</param>
    /// <returns>A sentence (expected, found), or null when they are fine.</returns>
    public string? FindSessionInputFault(IReadOnlyList<SessionInput> inputs)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        SessionInput[] complete = SessionInput.Complete(Info, inputs, out string? fault);
        return fault ?? FindValueFault(complete);
    }

    /// <summary>Makes a state from inputs that are given once; for backends that have such.</summary>
    /// <param name="inputs">Checked, in the order of <see cref="ModelInfo.SessionInputs"/>.</param>
    /// <returns>The state.</returns>
    protected virtual ModelState CreateState(SessionInput[] inputs) => throw new NotSupportedException($"{Info.Backend} takes no inputs that are given once.");

    /// <summary>Says what is wrong with the values of inputs that are given once; for backends.</summary>
    /// <param name="inputs">As many, and of such shapes, as <see cref="ModelInfo.SessionInputs"/> says.</param>
    /// <returns>A sentence (expected, found), or null when they are fine.</returns>
    protected virtual string? FindValueFault(SessionInput[] inputs) => null;

    /// <summary>Advances one state by one timestep.</summary>
    /// <param name="state">A state of this model; changed only when the step succeeds.</param>
    /// <param name="x">x(t), all inputs one after the other, [input_size]; or exactly, [<see cref="ModelInfo.InputWords"/>].</param>
    /// <param name="y">y(t), all outputs one after the other, [output_size]; or exactly, [<see cref="ModelInfo.OutputWords"/>].</param>
    /// <exception cref="ArgumentException">A length differs from the model's, the state is another model's, or an integer input is out of range.</exception>
    /// <exception cref="NotStreamableException">The model runs whole sequences only.</exception>
    public void Step(ModelState state, ReadOnlySpan<float> x, Span<float> y) => Step(state, x, y, default);

    /// <summary>Advances one state by one timestep and shows the gates.</summary>
    /// <param name="state">A state of this model; changed only when the step succeeds.</param>
    /// <param name="x">x(t), all inputs one after the other, [input_size]; or exactly, [<see cref="ModelInfo.InputWords"/>].</param>
    /// <param name="y">y(t), all outputs one after the other, [output_size]; or exactly, [<see cref="ModelInfo.OutputWords"/>].</param>
    /// <param name="gates">Empty, or [gate_size] as <see cref="ModelInfo.Gates"/> lays it out.</param>
    /// <exception cref="ArgumentException">A length differs from the model's, the state is another model's, or an integer input is out of range.</exception>
    /// <exception cref="NotStreamableException">The model runs whole sequences only.</exception>
    public abstract void Step(ModelState state, ReadOnlySpan<float> x, Span<float> y, Span<float> gates);

    /// <summary>Says what is wrong with an input, without stepping.</summary>
    /// <param name="x">x(t), [input_size] or [input_words].</param>
    /// <returns>A sentence (expected, found, where), or null when the input is fine. NaN and infinity are fine for float inputs here.</returns>
    public abstract string? FindInputFault(ReadOnlySpan<float> x);

    /// <summary>Working memory for steps of several states at once; for one thread at a time.</summary>
    /// <param name="capacity">The largest number of states in one run.</param>
    /// <returns>An empty batch of this model.</returns>
    /// <exception cref="NotStreamableException">The model runs whole sequences only.</exception>
    public abstract StepBatch CreateBatch(int capacity);

    /// <summary>Runs whole sequences together; they may differ in length. Works for every model, streamable or not.</summary>
    /// <param name="sequences">The sequences, each with a state of its own.</param>
    /// <exception cref="ArgumentException">A length differs from the model's, a state is another model's, an integer input is out of range, or <see cref="FindLengthFault"/> has something to say.</exception>
    public abstract void Predict(IReadOnlyList<Sequence> sequences);

    /// <summary>Says what is wrong with the length of a sequence, without running it.</summary>
    /// <param name="length">T.</param>
    /// <returns>A sentence (expected, found), or null when sequences of that length run.</returns>
    public virtual string? FindLengthFault(int length) =>
        length < 1 ? $"Expected at least one timestep but got {length}."
        : Info.SequenceLength is { } exact && length != exact ? $"Expected exactly {exact} {(exact == 1 ? "timestep" : "timesteps")}, the length that the file was exported with, but got {length}."
        : length < Info.ShortestSequence ? $"Expected at least {Info.ShortestSequence} timesteps, the fewest that the graph runs over, but got {length}."
        : length > Info.LongestSequence ? $"Expected at most {Info.LongestSequence} timesteps but got {length}; the whole sequence has to be in memory at once."
        : null;

    /// <summary>Checks a step at the door.</summary>
    internal void CheckStep(ModelState state, ReadOnlySpan<float> x, int outputs, int gates)
    {
        ThrowUnlessStreamable();
        Throw.IfOtherModel(this, state);
        Throw.IfInputFault(FindInputFault(x));
        if (outputs != Info.OutputWords)
        {
            Throw.IfLengthDiffers(outputs, Info.OutputSize, "output_size", "y");
        }
        if (gates != 0)
        {
            Throw.IfLengthDiffers(gates, Info.GateSize, "gate_size", nameof(gates));
        }
    }

    /// <summary>Refuses to step what runs whole sequences only.</summary>
    internal void ThrowUnlessStreamable()
    {
        if (!Info.IsStreamable)
        {
            throw new NotStreamableException(Info);
        }
    }

    /// <summary>Says what is wrong with an input of which model.json lists the values; for backends.</summary>
    /// <param name="x">x(t), [input_size].</param>
    /// <returns>A sentence (expected, found, where), or null when the values are fine.</returns>
    protected string? FindValueFault(ReadOnlySpan<float> x)
    {
        for (int n = 0; n < _selectors.Count; n++)
        {
            (int offset, TensorInfo input) = _selectors[n];
            for (int i = offset; i < offset + input.Size; i++)
            {
                if (!IsListed(input.Values, x[i]))
                {
                    return $"Expected {string.Join(" or ", input.Values)} for the input '{input.Name}' (values in model.json) at place {i} of the input but got {x[i]}.";
                }
            }
        }
        return null;
    }

    private static bool IsListed(IReadOnlyList<double> values, float value)
    {
        for (int n = 0; n < values.Count; n++)
        {
            if ((float)values[n] == value)
            {
                return true;
            }
        }
        return false;
    }

    /// <summary>Throws for a sequence that does not fit the model; for backends, at the door.</summary>
    /// <param name="sequence">The sequence.</param>
    /// <exception cref="ArgumentException">As in <see cref="Predict"/>.</exception>
    protected void CheckSequence(Sequence sequence)
    {
        ArgumentNullException.ThrowIfNull(sequence);
        Throw.IfOtherModel(this, sequence.State);
        Throw.IfInputFault(FindLengthFault(sequence.Length));
        if (sequence.X.Length != (long)sequence.Length * Info.InputWords)
        {
            Throw.IfLengthDiffers(sequence.X.Length, checked(sequence.Length * Info.InputSize), "length × input_size", nameof(sequence));
        }
        if (sequence.Y.Length != (long)sequence.Length * Info.OutputWords)
        {
            Throw.IfLengthDiffers(sequence.Y.Length, checked(sequence.Length * Info.OutputSize), "length × output_size", nameof(sequence));
        }
        Throw.IfInputFault(FindSequenceFault(sequence.X.Span, sequence.Length));
    }

    /// <summary>Says what is wrong with a sequence, without running it: its length, the input of a timestep, or an input that holds once for all of it.</summary>
    /// <param name="x">[T, input_size].</param>
    /// <param name="length">T.</param>
    /// <returns>A sentence (expected, found, where), or null when the sequence is fine.</returns>
    public virtual string? FindSequenceFault(ReadOnlySpan<float> x, int length)
    {
        if (FindLengthFault(length) is { } wrongLength)
        {
            return wrongLength;
        }
        int size = x.Length / length;
        if (x.Length != (long)length * size || (size != Info.InputSize && size != Info.InputWords))
        {
            return $"Expected {(long)length * Info.InputSize} values (length × input_size) but got {x.Length}.";
        }
        for (int t = 0; t < length; t++)
        {
            if (FindInputFault(x.Slice(t * size, size)) is { } fault)
            {
                return $"Timestep {t}: {fault}";
            }
        }
        return Info.IsStreamable ? null : FindVaryingInput(x, length);
    }

    // What has no axis of time holds for the whole sequence.
    private string? FindVaryingInput(ReadOnlySpan<float> x, int length)
    {
        int row = x.Length / length;
        int offset = 0;
        int wide = Info.InputSize;
        foreach (TensorInfo input in Info.Inputs)
        {
            int words = input.IsWide && row > Info.InputSize ? input.Size * IntegerWords.PerInteger : 0;
            for (int t = 1; t < length && input.TimeAxis < 0; t++)
            {
                bool isSame = words > 0
                    ? IntegerWords.Of(x.Slice((t * row) + wide, words)).SequenceEqual(IntegerWords.Of(x.Slice(wide, words)))
                    : x.Slice((t * row) + offset, input.Size).SequenceEqual(x.Slice(offset, input.Size));
                if (!isSame)
                {
                    return $"Timestep {t}: the input '{input.Name}' has no axis of time; expected the same values as at timestep 0.";
                }
            }
            offset += input.Size;
            wide += words;
        }
        return null;
    }

    /// <summary>A state of this model; for backends.</summary>
    /// <param name="initial">What it starts from, [state_size].</param>
    /// <returns>The state.</returns>
    protected ModelState NewState(ReadOnlySpan<float> initial)
    {
        Throw.IfLengthDiffers(initial.Length, Info.StateSize, "state_size", nameof(initial));
        return new ModelState(this, initial.ToArray());
    }

    /// <summary>Runs checked sequences one timestep after the other in one batch; for backends that step.</summary>
    /// <param name="sequences">The sequences, checked.</param>
    /// <param name="widest">The largest batch.</param>
    protected void PredictByStepping(IReadOnlyList<Sequence> sequences, int widest)
    {
        ArgumentNullException.ThrowIfNull(sequences);
        // Longest first, so that those still running are always the first ones.
        Sequence[] sorted = [.. sequences.OrderByDescending(static s => s.Length)];
        foreach (Sequence[] together in sorted.Chunk(widest))
        {
            StepBatch batch = CreateBatch(together.Length);
            int running = together.Length;
            for (int t = 0; t < together[0].Length; t++)
            {
                while (together[running - 1].Length <= t)
                {
                    running--;
                }
                for (int n = 0; n < running; n++)
                {
                    Sequence s = together[n];
                    int x = s.X.Length / s.Length;
                    int y = s.Y.Length / s.Length;
                    batch.Add(s.State, s.X.Slice(t * x, x), s.Y.Slice(t * y, y));
                }
                batch.Run();
            }
        }
    }
}
