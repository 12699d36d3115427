using System.Globalization;
using Lstm.Service.Errors;
using Lstm.Service.Models;
using Lstm.Service.Rest.Json;

namespace Lstm.Service.Rest;

/// <summary>Checks the rows of x and x_integers of a body.</summary>
internal static class IntegerRows
{
    /// <summary>Refuses rows that are not as long as the model's inputs.</summary>
    /// <param name="x">x, null when it is missing.</param>
    /// <param name="integers">x_integers, null when it is missing.</param>
    /// <param name="path">Where the two are, e.g. "sequences[0].".</param>
    /// <param name="model">The model.</param>
    /// <exception cref="LstmException">INPUT_SHAPE.</exception>
    public static void Check(StepInput? x, JsonIntegers integers, string path, ServedModel model)
    {
        Check(x?.RowLengths, model.InputIntegers.FloatCount, "values of floating-point inputs", $"{path}x", model);
        Check(integers.RowLengths, model.InputIntegers.Count, "values of integer inputs", $"{path}x_integers", model);
        if (x is { Values.Count: > 0 } && x.RowLengths?.Count != integers.RowLengths?.Count)
            throw new LstmException(
                ErrorCode.InputShape,
                $"Expected '{path}x' and '{path}x_integers' in the same form, with as many rows, but got {Rows(x.RowLengths)} and {Rows(integers.RowLengths)}.",
                ("expected", Rows(x.RowLengths)), ("found", Rows(integers.RowLengths)), ("model", model.Name));
    }

    private static void Check(IReadOnlyList<int>? lengths, int expected, string what, string path, ServedModel model)
    {
        for (int row = 0; row < (lengths?.Count ?? 0); row++)
        {
            int found = lengths![row]; // not null: its count is above 0
            if (found == expected)
                continue;
            throw new LstmException(
                ErrorCode.InputShape, $"Expected {expected} {what} of model '{model.Name}' in {path}[{row}] but got {found}.",
                ("expected", Text(expected)), ("found", Text(found)), ("row", Text(row + 1)), ("input_size", Text(model.InputSize)), ("model", model.Name));
        }
    }

    private static string Rows(IReadOnlyList<int>? lengths) => lengths is null ? "a flat list" : string.Create(CultureInfo.InvariantCulture, $"{lengths.Count} rows");

    private static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);
}
