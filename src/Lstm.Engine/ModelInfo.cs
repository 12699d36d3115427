namespace Lstm.Engine;

/// <summary>What was understood of a model's file.</summary>
public sealed record ModelInfo
{
    // Summed once; asked for in every step.
    private int? _inputSize;
    private int? _outputSize;
    private int? _stateSize;
    private int? _gateSize;

    /// <summary>The file's full path.</summary>
    public required string Path { get; init; }

    /// <summary>SHA-256 of the file, lower-case hexadecimal.</summary>
    public required string Fingerprint { get; init; }

    /// <summary>"native" or "onnxruntime".</summary>
    public required string Backend { get; init; }

    /// <summary>Who wrote the file, as it says itself, e.g. "pytorch 2.6.0".</summary>
    public required string Producer { get; init; }

    /// <summary>Version of the ONNX operator set.</summary>
    public required int Opset { get; init; }

    /// <summary>Inputs that a step takes, in the file's order, without state inputs.</summary>
    public required IReadOnlyList<TensorInfo> Inputs { get; init; }

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

    /// <summary>Floats that a step takes.</summary>
    public int InputSize => _inputSize ??= Inputs.Sum(static t => t.Size);

    /// <summary>Floats that a step gives.</summary>
    public int OutputSize => _outputSize ??= Outputs.Sum(static t => t.Size);

    /// <summary>Floats that a state holds.</summary>
    public int StateSize => _stateSize ??= States.Sum(static s => s.Length);

    /// <summary>Floats that the gates of one step take.</summary>
    public int GateSize => _gateSize ??= Gates.Sum(static s => s.Length);

    /// <summary>Bytes of one session's state.</summary>
    public long StateBytes => StateSize * (long)sizeof(float);
}

/// <summary>One input or output of a step.</summary>
/// <param name="Name">The name in the file.</param>
/// <param name="ElementType">ONNX element type in lower case: float32, int64, …; values travel as float in any case.</param>
/// <param name="Shape">Per step, without time and batch axes; empty for one value.</param>
public sealed record TensorInfo(string Name, string ElementType, IReadOnlyList<int> Shape)
{
    /// <summary>Per step, without time and batch axes; empty for one value.</summary>
    public IReadOnlyList<int> Shape { get; } = Shape;

    /// <summary>Number of values per step.</summary>
    public int Size { get; } = Shape.Aggregate(1, static (product, n) => product * n);
}

/// <summary>One recurrent layer.</summary>
/// <param name="Name">The node's name in the file.</param>
/// <param name="Kind">LSTM, GRU or RNN.</param>
/// <param name="InputSize">m.</param>
/// <param name="HiddenSize">n.</param>
/// <param name="ParameterCount">In the textbook's form with one bias per gate: 4·(n·(n+m)+n) for an LSTM.</param>
public sealed record LayerInfo(string Name, string Kind, int InputSize, int HiddenSize, long ParameterCount);

/// <summary>A named piece of a flat vector.</summary>
/// <param name="Name">E.g. "layer0.h".</param>
/// <param name="Offset">First value.</param>
/// <param name="Shape">Its shape.</param>
public sealed record NamedSlice(string Name, int Offset, IReadOnlyList<int> Shape)
{
    /// <summary>Its shape.</summary>
    public IReadOnlyList<int> Shape { get; } = Shape;

    /// <summary>Number of values.</summary>
    public int Length { get; } = Shape.Aggregate(1, static (product, n) => product * n);
}
