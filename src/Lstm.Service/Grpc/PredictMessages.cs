using Lstm.Service.Models;
using Lstm.Service.Predictions;
using Lstm.V1;

namespace Lstm.Service.Grpc;

/// <summary>Whole sequences as the protocol writes them.</summary>
internal static class PredictMessages
{
    /// <summary>Reads the sequences of a request.</summary>
    /// <param name="request">As it came.</param>
    /// <param name="served">The model.</param>
    /// <returns>The sequences.</returns>
    /// <exception cref="Errors.LstmException">INPUT_SHAPE or INPUT_RANGE.</exception>
    public static PredictSequence[] Read(PredictRequest request, ServedModel served) =>
        [.. request.Sequences.Select((s, n) => PredictSequence.Join(served, n, s.X.ToArray(), [.. s.XIntegers], [.. s.State.Select(Read)]) with { Inputs = ProtoMessages.Read(s.Inputs) })];

    /// <summary>Writes a reply.</summary>
    /// <param name="served">The model.</param>
    /// <param name="results">What the sequences gave.</param>
    /// <returns>The message.</returns>
    public static PredictReply Write(ServedModel served, PredictResult[] results)
    {
        var reply = new PredictReply { Model = served.Name };
        foreach (var result in results)
        {
            var message = new SequenceResult { Length = (uint)result.Length };
            message.Outputs.AddRange(result.Outputs.Select(Write));
            ProtoMessages.Write(message.State, served.Model.Info.States, result.State);
            ProtoMessages.Write(message.State, result.Kept);
            reply.Sequences.Add(message);
        }

        return reply;
    }

    private static NamedValues Read(NamedTensor tensor) => new(tensor.Name, tensor.Shape.Count == 0 ? null : [.. tensor.Shape], tensor.Values.ToArray(), tensor.Integers.ToArray());

    private static NamedTensor Write(NamedValues output)
    {
        var tensor = new NamedTensor { Name = output.Name };
        tensor.Shape.AddRange((output.Shape ?? []).Select(static n => (uint)n));
        ProtoMessages.Write(tensor.Values, output.Values.Span);
        tensor.Integers.AddRange(output.Integers.ToArray());
        return tensor;
    }
}
