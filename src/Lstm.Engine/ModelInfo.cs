namespace Lstm.Engine;

/// <summary>What was understood of a model's file.</summary>
public sealed record ModelInfo
{
    // Summed once; asked for in every step.
    private int? _inputSize;
    private int? _outputSize;
    private int? _stateSize;
    private int? _gateSize;
    private int? _inputWords;
    private int? _outputWords;

    /// <summary>The file's full path.</summary>
    public required string Path { get; init; }

    /// <summary>SHA-256 of the file followed by those with its external data, in the order in which it names them, lower-case hexadecimal.</summary>
    public required string Fingerprint { get; init; }

    /// <summary>"native" or "onnxruntime".</summary>
    public required string Backend { get; init; }

    /// <summary>Why the model does not run natively; empty when it does.</summary>
    public IReadOnlyList<ModelFault> NotNative { get; init; } = [];

    /// <summary>Why the model cannot be stepped and runs whole sequences only; empty when it can.</summary>
    public IReadOnlyList<ModelFault> NotStreamable { get; init; } = [];

    /// <summary>What users should know of how it runs: outputs that are left out, results that depend on the run; empty for nothing.</summary>
    public IReadOnlyList<ModelFault> Remarks { get; init; } = [];

    /// <summary>Whether a run over several timesteps rounds otherwise than single steps, so that a sequence has to be run as a whole to give what the file gives.</summary>
    public bool RunsDiffer { get; init; }

    /// <summary>Whether sessions can step the model one timestep at a time.</summary>
    public bool IsStreamable => NotStreamable.Count == 0;

    /// <summary>Whether a step's bits depend on model, state and input alone, never on its batch. Only the native engine promises it.</summary>
    public bool IsBatchInvariant { get; init; } = true;

    /// <summary>
    /// Why a step's bits may depend on more than model, state and input, with the cause, in whole sentences; empty where they do not.
    /// </summary>
    public string InvarianceNote => IsBatchInvariant ? "" :
        $"It runs in {(Backend == "onnxruntime" ? "ONNX Runtime" : Backend)}, so the last bits of a step may depend on the machine{(MaxBatch > 1 ? " and on the other sessions of its batch" : "")}: "
        + "batch invariance, which the native engine promises, does not hold. "
        + (NotNative.Count == 0 ? "It was asked for by the option backend." : $"Not native, because of {string.Join(" ", NotNative)}");

    /// <summary>How the weights of recurrent layers are kept in memory: <see cref="WeightFormat.Float32"/> unless the model's options ask for less.</summary>
    public WeightFormat Weights { get; init; }

    /// <summary>The largest number of sessions that the backend runs together.</summary>
    public int MaxBatch { get; init; } = int.MaxValue;

    /// <summary>The one length that whole sequences must have, because the file holds it; null for any.</summary>
    public int? SequenceLength { get; init; }

    /// <summary>The fewest timesteps of a sequence that is run as a whole: a convolution without padding, say, needs as many as its kernel.</summary>
    public int ShortestSequence { get; init; } = 1;

    /// <summary>The most timesteps of a sequence that is run as a whole.</summary>
    public int LongestSequence { get; init; } = int.MaxValue;

    /// <summary>Who wrote the file, as it says itself, e.g. "pytorch 2.6.0".</summary>
    public required string Producer { get; init; }

    /// <summary>Version of the ONNX operator set.</summary>
    public required int Opset { get; init; }

    /// <summary>Inputs that a step takes, in the file's order, without state inputs.</summary>
    public required IReadOnlyList<TensorInfo> Inputs { get; init; }

    /// <summary>Inputs that are given once, when a session opens, without the axis of the batch; 0 is an axis of any length.</summary>
    public IReadOnlyList<TensorInfo> SessionInputs { get; init; } = [];

    /// <summary>Outputs that a step gives, in the file's order, without state outputs.</summary>
    public required IReadOnlyList<TensorInfo> Outputs { get; init; }

    /// <summary>The recurrent layers in the order they run.</summary>
    public required IReadOnlyList<LayerInfo> Layers { get; init; }

    /// <summary>What a state holds: "layer0.h" [H], "layer0.c" [H], …</summary>
    public required IReadOnlyList<NamedSlice> States { get; init; }

    /// <summary>What a step can show: "layer0.i", "layer0.f", "layer0.g", "layer0.o" [H] each, …</summary>
    public required IReadOnlyList<NamedSlice> Gates { get; init; }

    /// <summary>Weights of the whole network, as stored in the file.</summary>
    public required long ParameterCount { get; init; }

    /// <summary>Floating-point operations of one step, a multiplication and an addition counted as two; 0 when unknown.</summary>
    public long FlopsPerStep { get; init; }

    /// <summary>State inputs of the file and the outputs that feed them, with how that was found.</summary>
    public IReadOnlyList<StatePair> StatePairs { get; init; } = [];

    /// <summary>Past timesteps of x that the session keeps and prepends to each frame; 0 for none.</summary>
    public int FrameContext { get; init; }

    /// <summary>Values that a step takes.</summary>
    public int InputSize => _inputSize ??= Inputs.Sum(static t => t.Size);

    /// <summary>Values that a step gives.</summary>
    public int OutputSize => _outputSize ??= Outputs.Sum(static t => t.Size);

    /// <summary>
    /// Words of a row that holds x(t) exactly: a float for each value, and behind these, for each value of a <see cref="TensorInfo.IsWide"/> input in the inputs'
    /// order, the whole number itself (<see cref="IntegerWords"/>); the floats in its place do not count then. As many as <see cref="InputSize"/> where no input is wide.
    /// </summary>
    public int InputWords => _inputWords ??= InputSize + WordsBeside(Inputs);

    /// <summary>Words of a row that holds y(t) exactly, laid out as <see cref="InputWords"/>; the floats of whole numbers are rounded ones.</summary>
    public int OutputWords => _outputWords ??= OutputSize + WordsBeside(Outputs);

    /// <summary>Words of 32 bits that a state holds: one for a float, two for a whole number.</summary>
    public int StateSize => _stateSize ??= States.Sum(static s => s.Words);

    /// <summary>Floats that the gates of one step take.</summary>
    public int GateSize => _gateSize ??= Gates.Sum(static s => s.Length);

    /// <summary>Bytes of one session's state.</summary>
    public long StateBytes => StateSize * (long)sizeof(float);

    private static int WordsBeside(IReadOnlyList<TensorInfo> tensors) => tensors.Where(static t => t.IsWide).Sum(static t => checked(t.Size * IntegerWords.PerInteger));
}

/// <summary>One input or output of a step.</summary>
/// <param name="Name">The name in the file.</param>
/// <param name="ElementType">ONNX element type in lower case: float32, int64, …</param>
/// <param name="Shape">Per step, without time and batch axes; empty for one value.</param>
public sealed record TensorInfo(string Name, string ElementType, IReadOnlyList<int> Shape)
{
    /// <summary>Per step, without time and batch axes; empty for one value.</summary>
    public IReadOnlyList<int> Shape { get; } = Shape;

    /// <summary>Whether its values are whole numbers or booleans.</summary>
    public bool IsInteger { get; } = ElementTypeNames.IsInteger(ElementType);

    /// <summary>Whether its whole numbers may lie beyond 2^24, where floats have gaps, so that a step has them beside its floats: <see cref="ModelInfo.InputWords"/>.</summary>
    public bool IsWide { get; init; }

    /// <summary>Number of values per step.</summary>
    public int Size { get; } = Shape.Aggregate(1, static (product, n) => product * n);

    /// <summary>The axes in the file, T and B where time and batch are, e.g. "[B, T, 5]"; empty when unknown.</summary>
    public string Axes { get; init; } = "";

    /// <summary>The axis of time in the file, alone or merged with others; −1 for none.</summary>
    public int TimeAxis { get; init; } = -1;

    /// <summary>The axis of the batch in the file, alone or merged with others; −1 for none.</summary>
    public int BatchAxis { get; init; } = -1;

    /// <summary>False for an output that a whole sequence gives once, after its last timestep; a session sees it grow with every step.</summary>
    public bool EveryStep { get; init; } = true;

    /// <summary>The values that requests may send, as model.json says of an input that selects a branch of the graph; empty for any.</summary>
    public IReadOnlyList<double> Values { get; init; } = [];

    /// <summary>What model.json adds; null for nothing.</summary>
    public TensorNotes? Notes { get; init; }
}

/// <summary>One recurrent layer.</summary>
/// <param name="Name">The node's name in the file.</param>
/// <param name="Kind">LSTM, GRU or RNN.</param>
/// <param name="InputSize">m.</param>
/// <param name="HiddenSize">n.</param>
/// <param name="ParameterCount">In the textbook's form with one bias per gate: 4·(n·(n+m)+n) for an LSTM.</param>
public sealed record LayerInfo(string Name, string Kind, int InputSize, int HiddenSize, long ParameterCount)
{
    /// <summary>"forward" or "reverse".</summary>
    public string Direction { get; init; } = "forward";
}

/// <summary>A state that goes in and out of the file's graph.</summary>
/// <param name="Input">Name of the graph input, e.g. "h0".</param>
/// <param name="Output">Name of the graph output that is its next value, e.g. "hn"; empty when the graph gives none.</param>
/// <param name="Found">How it was found, in words.</param>
public sealed record StatePair(string Input, string Output, string Found)
{
    /// <summary>For each value of the input, row-major and of one session: its place in the session's state, of a whole number its first word's; empty when unknown.</summary>
    public IReadOnlyList<int> Places { get; init; } = [];

    /// <summary>The input's shape for one session, the axis of the batch being 1.</summary>
    public IReadOnlyList<int> Shape { get; init; } = [];

    /// <summary>The axis of the batch in the input, −1 for none.</summary>
    public int BatchAxis { get; init; } = -1;
}

/// <summary>A named piece of a flat vector.</summary>
/// <param name="Name">E.g. "layer0.h".</param>
/// <param name="Offset">First word.</param>
/// <param name="Shape">Its shape.</param>
/// <param name="ElementType">float32, or of whole numbers and booleans their type in the file: int64, bool, …; each of these takes two words (<see cref="IntegerWords"/>).</param>
public sealed record NamedSlice(string Name, int Offset, IReadOnlyList<int> Shape, string ElementType = "float32")
{
    /// <summary>Whether its values are whole numbers or booleans.</summary>
    public bool IsInteger { get; } = ElementTypeNames.IsInteger(ElementType);

    /// <summary>Its shape.</summary>
    public IReadOnlyList<int> Shape { get; } = Shape;

    /// <summary>Whether it never changes: it is what the session was given when it opened, or was computed from that.</summary>
    public bool IsGiven { get; init; }

    /// <summary>Number of values.</summary>
    public int Length { get; } = Shape.Aggregate(1, static (product, n) => product * n);

    /// <summary>Words of 32 bits that they take.</summary>
    public int Words => IsInteger ? checked(Length * IntegerWords.PerInteger) : Length;
}
