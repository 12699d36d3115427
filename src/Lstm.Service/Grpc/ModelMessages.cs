using Google.Protobuf.Collections;
using Lstm.Engine;
using Lstm.Service.Models;
using Lstm.V1;

namespace Lstm.Service.Grpc;

/// <summary>Models as the protocol writes them.</summary>
internal static class ModelMessages
{
    /// <summary>Writes a model.</summary>
    /// <param name="served">The model.</param>
    /// <returns>The message.</returns>
    public static V1.Model Write(ServedModel served)
    {
        var info = served.Model.Info;
        var message = new V1.Model
        {
            Name = served.Name,
            Fingerprint = info.Fingerprint,
            Backend = info.Backend,
            InputSize = (uint)served.InputSize,
            OutputSize = (uint)served.OutputSize,
            Parameters = (ulong)info.ParameterCount,
            StateBytes = (ulong)info.StateBytes,
            Producer = info.Producer,
            Opset = (uint)info.Opset,
            Streamable = info.IsStreamable,
            BatchInvariant = info.IsBatchInvariant,
            MaxBatch = (uint)served.MaxBatch,
            SequenceLength = (uint)(info.SequenceLength ?? 0),
            ShortestSequence = (uint)info.ShortestSequence,
            LongestSequence = info.LongestSequence == int.MaxValue ? 0 : (uint)info.LongestSequence,
            FlopsPerStep = (ulong)info.FlopsPerStep,
            FrameContext = (uint)info.FrameContext,
            InvarianceNote = info.InvarianceNote,
            Weights = WeightFormats.NameOf(info.Weights),
        };
        message.Inputs.AddRange(info.Inputs.Select(Write));
        message.SessionInputs.AddRange(info.SessionInputs.Select(Write));
        message.Outputs.AddRange(info.Outputs.Select(Write));
        message.Layers.AddRange(info.Layers.Select(Write));
        message.NotNative.AddRange(info.NotNative.Select(Write));
        message.NotStreamable.AddRange(info.NotStreamable.Select(Write));
        message.Remarks.AddRange(info.Remarks.Select(Write));
        message.States.AddRange(info.States.Select(Write));
        message.StatePairs.AddRange(info.StatePairs.Select(static p => new V1.StatePair { Input = p.Input, Output = p.Output, Found = p.Found }));
        return message;
    }

    private static Tensor Write(TensorInfo tensor)
    {
        var message = new Tensor
        {
            Name = tensor.Name,
            Dtype = tensor.ElementType,
            EveryStep = tensor.EveryStep,
            Axes = tensor.Axes,
            DisplayName = tensor.Notes?.Name ?? "",
        };
        Write(message.Shape, tensor.Shape);
        message.Features.AddRange(tensor.Notes?.Features ?? []);
        message.Units.AddRange(tensor.Notes?.Units ?? []);
        message.Quantiles.AddRange(tensor.Notes?.Quantiles ?? []);
        message.Values.AddRange(tensor.Values);
        return message;
    }

    private static Layer Write(LayerInfo layer) => new()
    {
        Name = layer.Name,
        Kind = layer.Kind,
        InputSize = (uint)layer.InputSize,
        HiddenSize = (uint)layer.HiddenSize,
        Parameters = (ulong)layer.ParameterCount,
        Direction = layer.Direction,
    };

    private static V1.ModelFault Write(Engine.ModelFault fault) => new() { Node = fault.Node, Operator = fault.Operator, Reason = fault.Reason };

    private static StatePiece Write(NamedSlice slice)
    {
        var piece = new StatePiece { Name = slice.Name, Dtype = slice.ElementType };
        Write(piece.Shape, slice.Shape);
        return piece;
    }

    private static void Write(RepeatedField<uint> list, IReadOnlyList<int> shape) => list.AddRange(shape.Select(static n => (uint)n));
}
