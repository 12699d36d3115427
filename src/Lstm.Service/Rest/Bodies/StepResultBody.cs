using Lstm.Service.Models;
using Lstm.Service.Rest.Json;
using Lstm.Service.Sessions;

namespace Lstm.Service.Rest.Bodies;

/// <summary>What a step gave.</summary>
/// <param name="SessionId">The session.</param>
/// <param name="Step">Number of the first step of the message.</param>
/// <param name="Count">Steps done.</param>
/// <param name="Y">[output_size], or [[output_size], …] when x was a list of lists.</param>
/// <param name="State">On request: h and c of each layer after the last step.</param>
/// <param name="Gates">On request: the gates of each layer at the last step.</param>
/// <param name="Replayed">The step had been done before; this is the same reply again.</param>
/// <param name="YIntegers">Whole numbers and booleans, exactly: the values of the integer outputs, in the form of y, which has them as floats; left out where there are none.</param>
internal sealed record StepResultBody(
    string SessionId, ulong Step, int Count, StepOutput Y, NamedTensorBody[]? State, NamedTensorBody[]? Gates, bool Replayed, JsonIntegers? YIntegers)
{
    /// <summary>Describes an answer.</summary>
    /// <param name="session">The session.</param>
    /// <param name="group">The steps of this one session.</param>
    /// <param name="nested">Whether x was a list of lists.</param>
    /// <returns>The body.</returns>
    public static StepResultBody From(Session session, StepGroup group, bool nested) => new(
        session.Id, group[0].DoneStep, group[0].Count, new(group.Y(0), session.Model.OutputWords, session.Model.OutputSize, nested),
        NamedTensorBody.Cut(session.Model.Model.Info.States, group.State(0), group[0].WantState ? session.Context?.Inputs : null),
        NamedTensorBody.Cut(session.Model.Model.Info.Gates, group.Gates(0)), group[0].Replayed, Integers(session.Model, group, nested));

    private static JsonIntegers? Integers(ServedModel model, StepGroup group, bool nested)
    {
        var places = model.OutputIntegers;
        return places.Count == 0 ? null : new(
            places.ReadAll(group.Y(0).Span, model.OutputWords), nested ? [.. Enumerable.Repeat(places.Count, group[0].Count)] : null);
    }
}
