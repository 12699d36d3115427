using Lstm.Service.Errors;
using Lstm.Service.Grpc.Wire;
using Lstm.Service.Models;
using Lstm.Service.Predictions;
using Lstm.Service.Sessions;
using Lstm.V1;

namespace Lstm.Service.Grpc;

/// <summary>What is checked of a prediction's request while it is still bytes, because as objects it would be many times as large.</summary>
internal static class PredictMessageChecks
{
    /// <summary>Checks the initial states: pieces of each, and axes of each piece.</summary>
    /// <param name="request">The request's bytes.</param>
    /// <param name="model">Its model.</param>
    /// <exception cref="LstmException">INITIAL_STATE.</exception>
    public static void CheckStates(ReadOnlySpan<byte> request, ServedModel model)
    {
        int sequence = 0;
        for (var fields = new ProtoFields(request); fields.MoveNext();)
            if (fields.Tag == ProtoFields.WithLength(PredictRequest.SequencesFieldNumber))
                CheckState(fields.Value, model, sequence++);
    }

    private static void CheckState(ReadOnlySpan<byte> message, ServedModel model, int sequence)
    {
        int pieces = 0, inputs = 0;
        for (var fields = new ProtoFields(message); fields.MoveNext();)
        {
            bool isInput = fields.Tag == ProtoFields.WithLength(Sequence.InputsFieldNumber);
            if (!isInput && fields.Tag != ProtoFields.WithLength(Sequence.StateFieldNumber))
                continue;
            inputs += isInput ? 1 : 0;
            pieces += isInput ? 0 : 1;
            InitialState.CheckAxes(model, CountAxes(fields.Value), sequence);
        }

        InitialState.CheckCount(model, pieces, sequence);
        if (inputs > SessionInputs.MaxNames)
            throw Throw.SessionInputs(model.Name, sequence, $"Expected at most {SessionInputs.MaxNames} inputs but got {inputs}.");
    }

    /// <summary>Counts the axes of a piece, packed or not.</summary>
    /// <param name="piece">The piece's bytes.</param>
    /// <returns>How many its shape has.</returns>
    public static int CountAxes(ReadOnlySpan<byte> piece)
    {
        int axes = 0;
        for (var fields = new ProtoFields(piece); fields.MoveNext();)
        {
            axes += fields.Tag == ProtoFields.WithLength(NamedTensor.ShapeFieldNumber) ? ProtoFields.CountIntegers(fields.Value)
                : fields.Tag == ProtoFields.Integer(NamedTensor.ShapeFieldNumber) ? 1
                : 0;
        }

        return axes;
    }
}
