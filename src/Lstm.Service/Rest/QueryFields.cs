using System.Globalization;
using Lstm.Service.Errors;

namespace Lstm.Service.Rest;

/// <summary>Reads the query of a request; a field that the address does not have is refused by name.</summary>
internal static class QueryFields
{
    /// <summary>Refuses unknown fields.</summary>
    /// <param name="query">The query.</param>
    /// <param name="known">The fields that the address has.</param>
    /// <exception cref="LstmException">UNKNOWN_FIELD.</exception>
    public static void Check(IQueryCollection query, params ReadOnlySpan<string> known)
    {
        foreach (string name in query.Keys)
        {
            if (known.Contains(name))
                continue;
            string fields = known.Length == 0 ? "none" : string.Join(", ", known.ToArray());
            throw new LstmException(ErrorCode.UnknownField, $"There is no query field '{name}'. Fields: {fields}.", ("field", name), ("fields", fields));
        }
    }

    /// <summary>A field that is true or false.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="text">Its value, or null: false.</param>
    /// <returns>The value.</returns>
    /// <exception cref="LstmException">INVALID_FIELD.</exception>
    public static bool Flag(string name, string? text) => text switch
    {
        null or "" or "false" => false,
        "true" => true,
        _ => throw Wrong(name, "true or false", text),
    };

    /// <summary>A field that is a whole number.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="text">Its value, or null: 0.</param>
    /// <returns>The value.</returns>
    /// <exception cref="LstmException">INVALID_FIELD.</exception>
    public static uint Number(string name, string? text) =>
        string.IsNullOrEmpty(text) ? 0
        : uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out uint number) ? number
        : throw Wrong(name, "a whole number of 0 or more", text);

    private static LstmException Wrong(string name, string expected, string found) => new(
        ErrorCode.InvalidField, $"Query field '{name}' has a value of the wrong kind: expected {expected} but got '{found}'.", ("field", name));
}
