using System.Text.Json;
using System.Text.Json.Serialization;

namespace Lstm.Service.Rest.Json;

/// <summary>Writes y.</summary>
internal sealed class StepOutputConverter : JsonConverter<StepOutput>
{
    /// <inheritdoc/>
    public override StepOutput Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        throw new NotSupportedException("y is only written.");

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, StepOutput value, JsonSerializerOptions options)
    {
        var values = value.Values.Span;
        if (!value.Nested)
        {
            WriteRow(writer, values[..value.Size]);
            return;
        }

        writer.WriteStartArray();
        for (; values.Length > 0; values = values[value.RowLength..])
            WriteRow(writer, values[..value.Size]);
        writer.WriteEndArray();
    }

    private static void WriteRow(Utf8JsonWriter writer, ReadOnlySpan<float> row)
    {
        writer.WriteStartArray();
        foreach (float value in row)
        {
            if (float.IsFinite(value))
                writer.WriteNumberValue(value);
            else
                writer.WriteStringValue(float.IsNaN(value) ? "NaN" : value > 0 ? "Infinity" : "-Infinity");
        }

        writer.WriteEndArray();
    }
}
