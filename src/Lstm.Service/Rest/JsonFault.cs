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
        if (FindStranger(root, type, "") is { } stranger)
            return stranger;
        string path = FieldOf(cause);
        if (cause is WrongFieldException wrong)
            return WrongKind(wrong.Field is "" or ['[', ..] ? path + wrong.Field : path[..(path.LastIndexOf('.') + 1)] + wrong.Field, wrong.Expected, wrong.Found);
        var (expected, found) = Follow(path, root, type);
        return WrongKind(path, expected, found);
    }

    // A field that does not exist, or is there twice, in the body or in an object of one of its lists.
    private static LstmException? FindStranger(JsonElement value, JsonTypeInfo type, string path)
    {
        if (value.ValueKind == JsonValueKind.Array && type.ElementType is { } element)
            return value.EnumerateArray().Select((item, i) => FindStranger(item, RestJson.Options.GetTypeInfo(element), $"{path}[{i}]")).FirstOrDefault(static f => f is not null);
        if (value.ValueKind != JsonValueKind.Object || type.Kind != JsonTypeInfoKind.Object)
            return null;
        string prefix = path.Length == 0 ? "" : $"{path}.";
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var field in value.EnumerateObject())
        {
            string name = prefix + field.Name;
            if (type.Properties.FirstOrDefault(p => p.Name == field.Name) is not { } property)
                return new(ErrorCode.UnknownField, $"There is no field '{name}'. Fields: {Names(type)}.", ("field", name), ("fields", Names(type)));
            if (!seen.Add(field.Name))
                return Wrong(name, $"Field '{name}' is there twice. Send it once.");
            if (FindStranger(field.Value, RestJson.Options.GetTypeInfo(property.PropertyType), name) is { } below)
                return below;
        }

        return null;
    }

    // Walks to the value that did not fit: what its field takes, and what it is.
    private static (string Expected, string Found) Follow(string path, JsonElement value, JsonTypeInfo type)
    {
        foreach (string part in path.Replace("[", ".[", StringComparison.Ordinal).Split('.', StringSplitOptions.RemoveEmptyEntries))
        {
            if (part[0] == '[' && type.ElementType is { } element && value.ValueKind == JsonValueKind.Array)
                (value, type) = (value[int.Parse(part[1..^1], CultureInfo.InvariantCulture)], RestJson.Options.GetTypeInfo(element));
            else if (type.Properties.FirstOrDefault(p => p.Name == part) is { } property && value.TryGetProperty(part, out var below))
                (value, type) = (below, RestJson.Options.GetTypeInfo(property.PropertyType));
            else
                return ("another kind of value", "something else");
        }

        return (Describe(type), Describe(value));
    }

    private static LstmException WrongKind(string field, string expected, string found) =>
        Wrong(field, $"Field '{field}' has a value of the wrong kind: expected {expected} but got {found}.");

    private static LstmException Wrong(string field, string message) => new(ErrorCode.InvalidField, message, ("field", field));

    private static string FieldOf(JsonException e) => e.Path is { Length: > 2 } path ? path[2..] : "";

    private static string Names(JsonTypeInfo type) => string.Join(", ", type.Properties.Select(static p => p.Name));

    private static string Describe(JsonTypeInfo type) =>
        type.Type == typeof(string) ? "a text"
        : type.Type == typeof(ulong) ? "a whole number of 0 or more"
        : type.Type == typeof(long) ? "a whole number"
        : type.Type == typeof(float) ? "a number"
        : type.Type == typeof(string[]) ? "a list of texts"
        : type.Type == typeof(JsonIntegers) ? "a list of whole numbers"
        : type.Type == typeof(float[]) ? "a list of numbers"
        : type.Type == typeof(long[]) ? "a list of whole numbers"
        : type.Kind == JsonTypeInfoKind.Enumerable ? "a list of objects"
        : type.Kind == JsonTypeInfoKind.Object ? $"an object with the fields {Names(type)}"
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
