using System.Globalization;
using System.Runtime.InteropServices;
using Lstm.Service.Errors;
using Lstm.Service.Models;
using Lstm.Service.Rest.Bodies;
using Lstm.Service.Rest.Json;
using Lstm.Service.Sessions;

namespace Lstm.Service.Rest;

/// <summary>Turns the body of a step into steps.</summary>
internal static class StepBodyReader
{
    /// <summary>Reads a body.</summary>
    /// <param name="body">As it came.</param>
    /// <param name="session">The session.</param>
    /// <returns>Its steps, ready to run.</returns>
    /// <exception cref="LstmException">INVALID_FIELD or INPUT_SHAPE.</exception>
    public static StepGroup Read(StepBody body, Session session)
    {
        var model = session.Model;
        if (body.XIntegers is { } integers)
            return Read(body, integers, session);
        if (body.X is not { } x)
            throw new LstmException(ErrorCode.InvalidField, $"Field 'x' is missing. Expected a list of {model.InputSize} numbers, or a list of such lists.", ("field", "x"));
        CheckRows(x.RowLengths, model);
        var group = new StepGroup();
        group.Add(Entry(body, session, x.RowLengths?.Count ?? 1), CollectionsMarshal.AsSpan(x.Values), []);
        return group;
    }

    private static StepGroup Read(StepBody body, JsonIntegers integers, Session session)
    {
        IntegerRows.Check(body.X, integers, "", session.Model);
        InputRows.CheckSizes(session.Model, integers.RowLengths?.Count ?? 1, body.X?.Values.Count ?? 0, integers.Values.Length);
        var group = new StepGroup();
        group.Add(Entry(body, session, integers.RowLengths?.Count ?? 1), CollectionsMarshal.AsSpan(body.X?.Values), integers.Values);
        return group;
    }

    private static StepEntry Entry(StepBody body, Session session, int count)
    {
        var entry = new StepEntry { Session = session, Step = body.Step, AskedCount = (uint)count };
        for (int i = 0; i < (body.Want?.Length ?? 0); i++)
            Want(ref entry, body.Want![i], i); // not null: its length is above 0
        return entry;
    }

    private static void CheckRows(List<int>? lengths, ServedModel model)
    {
        for (int row = 0; row < (lengths?.Count ?? 0); row++)
        {
            int found = lengths![row]; // not null: its count is above 0
            if (found == model.InputSize || model.LeavesIntegersOut(1, found))
                continue;
            throw new LstmException(
                ErrorCode.InputShape,
                $"Expected {model.InputSize} values (input_size of model '{model.Name}') in x[{row}] but got {found}.",
                ("expected", Text(model.InputSize)), ("found", Text(found)), ("row", Text(row + 1)), ("input_size", Text(model.InputSize)), ("model", model.Name));
        }
    }

    private static void Want(ref StepEntry entry, string wish, int index)
    {
        if (wish == "state")
            entry.WantState = true;
        else if (wish == "gates")
            entry.WantGates = true;
        else
            throw new LstmException(ErrorCode.InvalidField, $"Field 'want[{index}]' is '{wish}'. Expected state or gates.", ("field", $"want[{index}]"));
    }

    private static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);
}
