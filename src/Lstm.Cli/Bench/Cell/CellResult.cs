using System.Text.Json.Serialization;

namespace Lstm.Cli.Bench.Cell;

/// <summary>One line of the measurement; times are medians in microseconds, of one step of the whole batch.</summary>
internal sealed record CellResult
{
    /// <summary>lstm, gru or rnn.</summary>
    public required string Cell { get; init; }

    /// <summary>Values of a timestep.</summary>
    public required int Input { get; init; }

    /// <summary>Units of a layer.</summary>
    public required int Hidden { get; init; }

    /// <summary>Layers on top of each other.</summary>
    public required int Layers { get; init; }

    /// <summary>Outputs of a dense layer behind them; 0 for none.</summary>
    public required int Head { get; init; }

    /// <summary>Sessions in the batch.</summary>
    public required int Batch { get; init; }

    /// <summary>How the weights lie in memory: float32, bfloat16 or int8.</summary>
    public required string Weights { get; init; }

    /// <summary>The layers, on rows that are in place as ONNX Runtime's tensors are, and the new state put where the old one was.</summary>
    public required double Us { get; init; }

    /// <summary>The whole step of the library: the above, and inputs, states and outputs of sessions that lie apart gathered and scattered.</summary>
    public required double StepUs { get; init; }

    /// <summary>What the machine allows.</summary>
    public required double LimitUs { get; init; }

    /// <summary>Limit ÷ us.</summary>
    public required double OfLimit { get; init; }

    /// <summary>ONNX Runtime; null when it was not asked.</summary>
    [JsonPropertyName("onnxruntime_us")]
    public required double? OnnxRuntimeUs { get; init; }

    /// <summary>ONNX Runtime ÷ us, the median of the rounds' ratios.</summary>
    public required double? Ratio { get; init; }

    /// <summary>ONNX Runtime ÷ step_us.</summary>
    public required double? StepRatio { get; init; }
}
