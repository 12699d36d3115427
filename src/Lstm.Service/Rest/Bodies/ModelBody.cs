using Lstm.Engine;
using Lstm.Service.Models;

namespace Lstm.Service.Rest.Bodies;

/// <summary>A model.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Fingerprint">SHA-256 of the file, hexadecimal.</param>
/// <param name="Backend">native or onnxruntime.</param>
/// <param name="Inputs">Per step, without time and batch axes.</param>
/// <param name="Outputs">Per step, without time and batch axes.</param>
/// <param name="InputSize">Values per step in: the sum over the inputs.</param>
/// <param name="OutputSize">Values per step out: the sum over the outputs.</param>
/// <param name="Layers">The recurrent layers.</param>
/// <param name="Parameters">Recurrent and other weights, as stored in the file.</param>
/// <param name="StateBytes">Per session.</param>
/// <param name="Producer">Who wrote the file.</param>
/// <param name="Opset">Version of the ONNX operator set.</param>
internal sealed record ModelBody(
    string Name, string Fingerprint, string Backend, TensorBody[] Inputs, TensorBody[] Outputs, int InputSize, int OutputSize,
    LayerBody[] Layers, long Parameters, long StateBytes, string Producer, int Opset)
{
    /// <summary>Describes a model.</summary>
    /// <param name="served">The model.</param>
    /// <returns>The body.</returns>
    public static ModelBody From(ServedModel served)
    {
        var info = served.Model.Info;
        return new(
            served.Name, info.Fingerprint, info.Backend, [.. info.Inputs.Select(Describe)], [.. info.Outputs.Select(Describe)], served.InputSize, served.OutputSize,
            [.. info.Layers.Select(static l => new LayerBody(l.Name, l.Kind, l.InputSize, l.HiddenSize, l.ParameterCount))],
            info.ParameterCount, info.StateBytes, info.Producer, info.Opset);
    }

    private static TensorBody Describe(TensorInfo tensor) => new(tensor.Name, tensor.ElementType, tensor.Shape);
}
