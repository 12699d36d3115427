using Lstm.Engine;

namespace Lstm.Cli.Inspect;

/// <summary>What was understood of a model; fields are named as in GET /v1/models/{model}.</summary>
internal sealed record ModelBody(
    string Backend, FaultBody[] NotNative, bool Streamable, FaultBody[] NotStreamable, bool BatchInvariant, string? InvarianceNote, string Weights, int? MaxBatch, int? SequenceLength, int ShortestSequence, int? LongestSequence,
    TensorBody[] Inputs, TensorBody[] SessionInputs, TensorBody[] Outputs, int InputSize, int OutputSize, LayerBody[] Layers, long Parameters, long FlopsPerStep, long StateBytes,
    ShapeBody[] States, PairBody[] StatePairs, FaultBody[] Remarks, int FrameContext)
{
    /// <summary>Describes a model.</summary>
    /// <param name="info">The model.</param>
    /// <returns>The body.</returns>
    public static ModelBody From(ModelInfo info) => new(
        info.Backend, [.. info.NotNative.Select(FaultBody.From)], info.IsStreamable, [.. info.NotStreamable.Select(FaultBody.From)], info.IsBatchInvariant, info.IsBatchInvariant ? null : info.InvarianceNote, WeightFormats.NameOf(info.Weights),
        NullIfUnbounded(info.MaxBatch), info.SequenceLength, info.ShortestSequence, NullIfUnbounded(info.LongestSequence),
        [.. info.Inputs.Select(TensorBody.From)], [.. info.SessionInputs.Select(TensorBody.From)], [.. info.Outputs.Select(TensorBody.From)], info.InputSize, info.OutputSize,
        [.. info.Layers.Select(static l => new LayerBody(l.Name, l.Kind, l.Direction, l.InputSize, l.HiddenSize, l.ParameterCount))], info.ParameterCount, info.FlopsPerStep, info.StateBytes,
        [.. info.States.Select(static s => new ShapeBody(s.Name, s.Shape, s.ElementType))], [.. info.StatePairs.Select(static p => new PairBody(p.Input, p.Output, p.Found))], [.. info.Remarks.Select(FaultBody.From)], info.FrameContext);

    private static int? NullIfUnbounded(int limit) => limit == int.MaxValue ? null : limit;
}

/// <summary>A recurrent layer.</summary>
internal sealed record LayerBody(string Name, string Kind, string Direction, int InputSize, int HiddenSize, long Parameters);

/// <summary>A piece of the state.</summary>
internal sealed record ShapeBody(string Name, IReadOnlyList<int> Shape, string Dtype);

/// <summary>A state input and the output that feeds it.</summary>
internal sealed record PairBody(string Input, string Output, string Found);
