using System.Text.Json;
using System.Text.Json.Serialization;

namespace Lstm.Service.Rest.Json;

/// <summary>Reads x. "NaN" and "Infinity" are read as what they say, so that the refusal names the true reason.</summary>
internal sealed class StepInputConverter : JsonConverter<StepInput>
{
    /// <inheritdoc/>
    public override StepInput Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
            throw new WrongFieldException("x", "a list of numbers, or a list of such lists", reader.TokenType);
        var values = new List<float>();
        List<int>? rows = null;
        reader.Read();
        if (reader.TokenType == JsonTokenType.StartArray)
        {
            for (rows = []; reader.TokenType != JsonTokenType.EndArray; reader.Read())
            {
                if (reader.TokenType != JsonTokenType.StartArray)
                    throw new WrongFieldException($"x[{rows.Count}]", "a list of numbers like the ones before", reader.TokenType);
                reader.Read();
                rows.Add(ReadNumbers(ref reader, values, rows.Count));
            }
        }
        else
        {
            ReadNumbers(ref reader, values, null);
        }

        return new(values, rows);
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, StepInput value, JsonSerializerOptions options) => throw new NotSupportedException("x is only read.");

    private static int ReadNumbers(ref Utf8JsonReader reader, List<float> values, int? row)
    {
        int start = values.Count;
        for (; reader.TokenType != JsonTokenType.EndArray; reader.Read())
            values.Add(ReadNumber(ref reader, row, values.Count - start));
        return values.Count - start;
    }

    private static float ReadNumber(ref Utf8JsonReader reader, int? row, int index)
    {
        if (reader.TokenType == JsonTokenType.Number)
            return reader.GetSingle();
        if (reader.TokenType == JsonTokenType.String)
        {
            if (reader.ValueTextEquals("NaN"u8))
                return float.NaN;
            if (reader.ValueTextEquals("Infinity"u8))
                return float.PositiveInfinity;
            if (reader.ValueTextEquals("-Infinity"u8))
                return float.NegativeInfinity;
        }

        throw new WrongFieldException(row is { } n ? $"x[{n}][{index}]" : $"x[{index}]", "a number", reader.TokenType);
    }
}
