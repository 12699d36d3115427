using System.Globalization;
using Lstm.Service.Errors;
using Lstm.Service.Models;
using Lstm.Service.Predictions;
using Lstm.Service.Rest.Bodies;
using Lstm.Service.Rest.Json;

namespace Lstm.Service.Rest;

/// <summary>Turns the body of a prediction into sequences.</summary>
internal static class PredictBodyReader
{
    /// <summary>Reads a body.</summary>
    /// <param name="body">As it came.</param>
    /// <param name="model">The model, for the messages.</param>
    /// <param name="wantState">Whether the states after the sequences are wanted.</param>
    /// <returns>The sequences.</returns>
    /// <exception cref="LstmException">INVALID_FIELD or INPUT_SHAPE.</exception>
    public static PredictSequence[] Read(PredictBody body, ServedModel model, out bool wantState)
    {
        if (body.Sequences is not { } sequences)
            throw Wrong("sequences", "Field 'sequences' is missing. Expected a list of objects with the field x.");
        wantState = false;
        for (int i = 0; i < (body.Want?.Length ?? 0); i++)
            wantState = body.Want![i] == "state" ? true : throw Wrong($"want[{i}]", $"Field 'want[{i}]' is '{body.Want[i]}'. Expected state."); // not null: its length is above 0
        return [.. sequences.Select((s, i) => Read(s, $"sequences[{i}]", i, model))];
    }

    // The serializer reads null into any list, whatever its type says.
    private static PredictSequence Read(SequenceBody? sequence, string path, int index, ServedModel model)
    {
        NamedValues[] state = [.. (sequence?.State ?? []).Select((piece, i) => Read(piece, $"{path}.state[{i}]"))];
        var once = sequence?.Inputs?.Inputs ?? [];
        if (sequence?.XIntegers is { } integers)
        {
            IntegerRows.Check(sequence.X, integers, $"{path}.", model);
            return PredictSequence.Join(model, index, sequence.X?.Values.ToArray(), integers.Values, state) with { Inputs = once };
        }

        if (sequence?.X is not { } x)
            throw Wrong($"{path}.x", $"Field '{path}.x' is missing. Expected a list of lists of {model.InputSize} numbers, one a timestep.");
        CheckRows(x, $"{path}.x", index, model);
        return PredictSequence.Join(model, index, x.Values.ToArray(), model.DefaultIntegers((uint)(x.RowLengths?.Count ?? 0), x.Values.Count), state) with { Inputs = once };
    }

    private static void CheckRows(StepInput x, string path, int index, ServedModel model)
    {
        for (int row = 0; row < (x.RowLengths?.Count ?? 0); row++)
        {
            int found = x.RowLengths![row]; // not null: its count is above 0
            if (found == model.InputSize || model.LeavesIntegersOut(1, found))
                continue;
            throw new LstmException(
                ErrorCode.InputShape,
                $"Expected {model.InputSize} values (input_size of model '{model.Name}') in {path}[{row}] but got {found}.",
                ("expected", Text(model.InputSize)), ("found", Text(found)), ("row", Text(row + 1)), ("sequence", Text(index + 1)), ("input_size", Text(model.InputSize)), ("model", model.Name));
        }
    }

    private static NamedValues Read(StatePieceBody? piece, string path) =>
        piece?.Name is not { } name ? throw Wrong($"{path}.name", $"Field '{path}.name' is missing. Expected the name of a piece of the state.")
        : piece.Integers is { } integers ? new(name, piece.Shape, piece.Values, integers.Values)
        : piece.Values is not { } values ? throw Wrong($"{path}.values", $"Field '{path}.values' is missing. Expected a list of numbers.")
        : new(name, piece.Shape, values);

    private static LstmException Wrong(string field, string message) => new(ErrorCode.InvalidField, message, ("field", field));

    private static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);
}
