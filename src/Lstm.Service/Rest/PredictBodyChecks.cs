using System.Text.Json;
using Lstm.Service.Errors;
using Lstm.Service.Models;
using Lstm.Service.Predictions;

namespace Lstm.Service.Rest;

/// <summary>What is checked of a prediction's body while it is still bytes, because as objects it would be fifty times as large.</summary>
internal static class PredictBodyChecks
{
    // {"sequences": [{"state": [{}]}]}: each list and each object is a level.
    private const int SequenceDepth = 2;
    private const int PieceDepth = 4;

    /// <summary>Checks how many sequences there are, and how many pieces each initial state has.</summary>
    /// <param name="body">The body.</param>
    /// <param name="model">Its model.</param>
    /// <param name="predictor">Knows how many sequences it takes.</param>
    /// <exception cref="LstmException">PREDICTION_TOO_LARGE or INITIAL_STATE.</exception>
    public static void Check(ReadOnlySpan<byte> body, ServedModel model, Predictor predictor)
    {
        int sequences = 0, pieces = 0, mostPieces = 0, sequenceOfMost = 0;
        var reader = new Utf8JsonReader(body);
        try
        {
            while (reader.Read())
            {
                if (reader.TokenType != JsonTokenType.StartObject)
                    continue;
                if (reader.CurrentDepth == SequenceDepth)
                    (sequences, pieces) = (sequences + 1, 0);
                else if (reader.CurrentDepth == PieceDepth && ++pieces > mostPieces)
                    (mostPieces, sequenceOfMost) = (pieces, sequences - 1);
            }
        }
        catch (JsonException)
        {
            // Whoever reads the body ends here as well, and tells why.
        }

        predictor.CheckCount(sequences);
        InitialState.CheckCount(model, mostPieces, Math.Max(sequenceOfMost, 0));
    }
}
