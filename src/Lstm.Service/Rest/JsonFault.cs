using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Lstm.Service.Errors;
using Lstm.Service.Rest.Json;

namespace Lstm.Service.Rest;

/// <summary>Finds out what is wrong with a JSON body: not JSON at all, a field too many, or a field of the wrong kind.</summary>
internal static class JsonFault
{
    /// <summary>Explains why a body could not be read.</summary>
    /// <param name="cause">What the reader said.</param>
    /// <param name="body">The body.</param>
    /// <param name="type">What it should be.</param>
    /// <returns>MALFORMED_JSON, UNKNOWN_FIELD or INVALID_FIELD.</returns>
    public static LstmException Explain(JsonException cause, ReadOnlyMemory<byte> body, Type type)
    {
        if (body.IsEmpty)
            return new(ErrorCode.MalformedJson, $"The body is empty. Expected an object with the fields {Names(RestJson.Options.GetTypeInfo(type))}.", ("line", "1"), ("position", "1"), ("field", ""));
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(body);
        }
        catch (JsonException malformed)
        {
            return Malformed(malformed, FieldOf(cause));
        }

        using (document)
            return Misfit(cause, document.RootElement, RestJson.Options.GetTypeInfo(type));
    }

    private static LstmException Malformed(JsonException malformed, string field)
    {
        string line = Text((malformed.LineNumber ?? 0) + 1);
        string position = Text((malformed.BytePositionInLine ?? 0) + 1);
        string where = field.Length == 0 ? "" : $", in or after field '{field}'";
        return new(
            ErrorCode.MalformedJson, $"The body is not JSON: line {line}, position {position}{where}. {Sentence(malformed.Message)}",
            ("line", line), ("position", position), ("field", field));
    }

    private static LstmException Misfit(JsonException cause, JsonElement root, JsonTypeInfo type)
    {
        if (root.ValueKind != JsonValueKind.Object)
            return Wrong("", $"The body is {Describe(root.ValueKind)}. Expected an object with the fields {Names(type)}.");
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var field in root.EnumerateObject())
        {
            if (type.Properties.All(p => p.Name != field.Name))
                return new(ErrorCode.UnknownField, $"There is no field '{field.Name}'. Fields: {Names(type)}.", ("field", field.Name), ("fields", Names(type)));
            if (!seen.Add(field.Name))
                return Wrong(field.Name, $"Field '{field.Name}' is there twice. Send it once.");
        }

        if (cause is WrongFieldException wrong)
            return Wrong(wrong.Field, wrong.Message);
        string path = FieldOf(cause);
        string name = path.Split('.', '[')[0];
        var property = type.Properties.FirstOrDefault(p => p.Name == name);
        string expected = property is null ? "another kind of value" : Describe(property.PropertyType);
        string found = root.TryGetProperty(name, out var value) ? Describe(value) : "nothing";
        if (path != name && value.ValueKind == JsonValueKind.Array)
            (expected, found) = ("a text", "something else"); // The only lists of plain values are lists of texts.
        return Wrong(path, $"Field '{path}' has a value of the wrong kind: expected {expected} but got {found}.");
    }

    private static LstmException Wrong(string field, string message) => new(ErrorCode.InvalidField, message, ("field", field));

    private static string FieldOf(JsonException e) => e.Path is { Length: > 2 } path ? path[2..] : "";

    private static string Names(JsonTypeInfo type) => string.Join(", ", type.Properties.Select(static p => p.Name));

    private static string Describe(Type type) =>
        type == typeof(string) ? "a text"
        : type == typeof(ulong) || type == typeof(ulong?) ? "a whole number of 0 or more"
        : type == typeof(string[]) ? "a list of texts"
        : "another kind of value";

    private static string Describe(JsonElement value) =>
        value.ValueKind is JsonValueKind.Number ? value.GetRawText() : Describe(value.ValueKind);

    private static string Describe(JsonValueKind kind) => kind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "a list",
        JsonValueKind.String => "a text",
        JsonValueKind.Number => "a number",
        JsonValueKind.Null => "null",
        _ => "true or false",
    };

    // The reader's message ends with the place, which we tell in our own words (it counts from 0).
    private static string Sentence(string message)
    {
        int place = message.IndexOf(" LineNumber:", StringComparison.Ordinal);
        return place < 0 ? message : message[..place];
    }

    private static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);
}
