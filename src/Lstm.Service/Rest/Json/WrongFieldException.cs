using System.Text.Json;

namespace Lstm.Service.Rest.Json;

/// <summary>A field of a body has a value of the wrong kind.</summary>
/// <param name="field">Which, e.g. "x[3]".</param>
/// <param name="expected">What kind it should have.</param>
/// <param name="found">What kind it has.</param>
internal sealed class WrongFieldException(string field, string expected, string found)
    : JsonException($"Field '{field}' has a value of the wrong kind: expected {expected} but got {found}.")
{
    /// <summary>What was found is named by its token.</summary>
    /// <param name="field">Which, e.g. "x[3]".</param>
    /// <param name="expected">What kind it should have.</param>
    /// <param name="found">What it begins with.</param>
    public WrongFieldException(string field, string expected, JsonTokenType found)
        : this(field, expected, NameOf(found))
    {
    }

    /// <summary>Which field.</summary>
    public string Field { get; } = field;

    /// <summary>What kind it should have.</summary>
    public string Expected { get; } = expected;

    /// <summary>What kind it has.</summary>
    public string Found { get; } = found;

    /// <summary>What a token begins, for people.</summary>
    /// <param name="found">The token.</param>
    /// <returns>E.g. "a list".</returns>
    public static string NameOf(JsonTokenType found) => found switch
    {
        JsonTokenType.StartArray => "a list",
        JsonTokenType.StartObject => "an object",
        JsonTokenType.String => "a text",
        JsonTokenType.Number => "a number",
        JsonTokenType.Null => "null",
        _ => "true or false",
    };
}
