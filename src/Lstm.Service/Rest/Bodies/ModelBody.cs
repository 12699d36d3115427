using Lstm.Engine;
using Lstm.Service.Models;

namespace Lstm.Service.Rest.Bodies;

/// <summary>A model.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Fingerprint">SHA-256 of the file, hexadecimal.</param>
/// <param name="Producer">Who wrote the file.</param>
/// <param name="Opset">Version of the ONNX operator set.</param>
/// <param name="Backend">native or onnxruntime.</param>
/// <param name="NotNative">Why it does not run natively; empty when it does.</param>
/// <param name="Streamable">Whether sessions can step it.</param>
/// <param name="NotStreamable">Why not; empty when they can.</param>
/// <param name="BatchInvariant">Whether a step's bits never depend on its batch.</param>
/// <param name="InvarianceNote">Why its bits may depend on more than model, state and input, with the cause; left out when they do not.</param>
/// <param name="Weights">How the weights of recurrent layers are kept in memory: float32, bfloat16 or int8.</param>
/// <param name="MaxBatch">Sessions that run together at most.</param>
/// <param name="SequenceLength">The one length that whole sequences must have; left out: any.</param>
/// <param name="ShortestSequence">The fewest timesteps of a sequence.</param>
/// <param name="LongestSequence">The most timesteps of a sequence, as far as the model is concerned; left out: any number.</param>
/// <param name="Inputs">Per step, without time and batch axes.</param>
/// <param name="SessionInputs">Given once, when a session opens; 0 in a shape is an axis of any length.</param>
/// <param name="Outputs">Per step, without time and batch axes.</param>
/// <param name="InputSize">Values per step in: the sum over the inputs.</param>
/// <param name="OutputSize">Values per step out: the sum over the outputs.</param>
/// <param name="Layers">The recurrent layers.</param>
/// <param name="Parameters">Recurrent and other weights, as stored in the file.</param>
/// <param name="FlopsPerStep">A multiplication and an addition are two; 0: unknown.</param>
/// <param name="StateBytes">Per session.</param>
/// <param name="States">What a session's state holds.</param>
/// <param name="StatePairs">The file's state inputs and the outputs that feed them.</param>
/// <param name="Remarks">What to know of how it runs: outputs that are left out, results that depend on the run.</param>
/// <param name="FrameContext">Past samples that a session keeps and prepends to each frame.</param>
internal sealed record ModelBody(
    string Name, string Fingerprint, string Producer, int Opset, string Backend, ModelFaultBody[] NotNative, bool Streamable, ModelFaultBody[] NotStreamable, bool BatchInvariant, string? InvarianceNote, string Weights, int MaxBatch,
    int? SequenceLength, int ShortestSequence, int? LongestSequence, TensorBody[] Inputs, TensorBody[] SessionInputs, TensorBody[] Outputs, int InputSize, int OutputSize, LayerBody[] Layers, long Parameters, long FlopsPerStep,
    long StateBytes, StateShapeBody[] States, StatePairBody[] StatePairs, ModelFaultBody[] Remarks, int FrameContext)
{
    /// <summary>Describes a model.</summary>
    /// <param name="served">The model.</param>
    /// <returns>The body.</returns>
    public static ModelBody From(ServedModel served)
    {
        var info = served.Model.Info;
        return new(
            served.Name, info.Fingerprint, info.Producer, info.Opset, info.Backend, [.. info.NotNative.Select(ModelFaultBody.From)],
            info.IsStreamable, [.. info.NotStreamable.Select(ModelFaultBody.From)], info.IsBatchInvariant, info.IsBatchInvariant ? null : info.InvarianceNote, WeightFormats.NameOf(info.Weights), served.MaxBatch,
            info.SequenceLength, info.ShortestSequence, info.LongestSequence == int.MaxValue ? null : info.LongestSequence,
            [.. info.Inputs.Select(TensorBody.From)], [.. info.SessionInputs.Select(TensorBody.From)], [.. info.Outputs.Select(TensorBody.From)], served.InputSize, served.OutputSize,
            [.. info.Layers.Select(LayerBody.From)], info.ParameterCount, info.FlopsPerStep,
            info.StateBytes, [.. info.States.Select(static s => new StateShapeBody(s.Name, s.Shape, s.ElementType))],
            [.. info.StatePairs.Select(static p => new StatePairBody(p.Input, p.Output, p.Found))], [.. info.Remarks.Select(ModelFaultBody.From)], info.FrameContext);
    }
}
