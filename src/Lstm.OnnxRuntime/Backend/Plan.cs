using Lstm.Engine;
using Lstm.Engine.Onnx.Pairing;

namespace Lstm.OnnxRuntime.Backend;

/// <summary>How steps and sequences are run in a graph.</summary>
internal sealed record Plan
{
    /// <summary>The graph's inputs.</summary>
    public required IReadOnlyList<PlanTensor> Inputs { get; init; }

    /// <summary>The graph's outputs.</summary>
    public required IReadOnlyList<PlanTensor> Outputs { get; init; }

    /// <summary>What a step takes.</summary>
    public required IReadOnlyList<Slot> X { get; init; }

    /// <summary>What a step gives.</summary>
    public required IReadOnlyList<Slot> Y { get; init; }

    /// <summary>Numbers of the inputs that are given once, when a session opens.</summary>
    public IReadOnlyList<int> OnceGiven { get; init; } = [];

    /// <summary>What users should know of it.</summary>
    public IReadOnlyList<ModelFault> Remarks { get; init; } = [];

    /// <summary>What a session keeps.</summary>
    public required IReadOnlyList<StateSlot> States { get; init; }

    /// <summary>The state inputs and outputs.</summary>
    public required IReadOnlyList<StateLink> Links { get; init; }

    /// <summary>Whether several timesteps can run at once.</summary>
    public bool RunsSequences { get; init; }

    /// <summary>Whether several sessions can share a run.</summary>
    public bool CanBatch { get; init; }

    /// <summary>Whether a run over several timesteps rounds otherwise than single steps.</summary>
    public bool RunsDiffer { get; init; }

    /// <summary>The length that the file fixes; null for any.</summary>
    public int? SequenceLength { get; init; }

    /// <summary>The fewest timesteps of a whole sequence that the graph runs.</summary>
    public int ShortestSequence { get; init; } = 1;

    /// <summary>Why the graph cannot be stepped.</summary>
    public IReadOnlyList<ModelFault> NotStreamable { get; init; } = [];
}
