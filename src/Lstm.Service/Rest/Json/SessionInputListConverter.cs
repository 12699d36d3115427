using System.Text.Json;
using System.Text.Json.Serialization;
using Lstm.Engine;
using Lstm.Service.Sessions;

namespace Lstm.Service.Rest.Json;

/// <summary>Reads inputs that are given once. A flat list may stand for any shape with one open axis at most; true and false are 1 and 0.</summary>
internal sealed class SessionInputListConverter : JsonConverter<SessionInputList>
{
    private const int MaxAxes = 8;

    /// <inheritdoc/>
    public override SessionInputList Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
            throw new WrongFieldException("inputs", "an object with the names of inputs as fields", reader.TokenType);
        var inputs = new List<SessionInput>();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string name = reader.GetString() ?? "";
            if (inputs.Count == SessionInputs.MaxNames)
                throw new WrongFieldException("inputs", $"at most {SessionInputs.MaxNames} names", "more");
            reader.Read();
            var values = new List<float>();
            var shape = new List<int>();
            ReadValue(ref reader, $"inputs.{name}", values, shape, 0);
            inputs.Add(new(name, shape.Count <= 1 ? null : shape, values.ToArray()));
        }

        return new(inputs);
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, SessionInputList value, JsonSerializerOptions options) => throw new NotSupportedException("inputs are only read.");

    private static void ReadValue(ref Utf8JsonReader reader, string field, List<float> values, List<int> shape, int depth)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            if (depth < shape.Count)
                throw new WrongFieldException(field, "lists of one depth", "another");
            values.Add(ReadNumber(ref reader, field));
            return;
        }

        if (depth == MaxAxes)
            throw new WrongFieldException(field, $"at most {MaxAxes} lists in one another", "more");
        bool isFirst = depth == shape.Count;
        if (isFirst && values.Count > 0)
            throw new WrongFieldException(field, "lists of one depth", "another");
        if (isFirst)
            shape.Add(0);
        int count = 0;
        for (reader.Read(); reader.TokenType != JsonTokenType.EndArray; reader.Read(), count++)
            ReadValue(ref reader, field, values, shape, depth + 1);
        if (isFirst)
            shape[depth] = count;
        else if (shape[depth] != count)
            throw new WrongFieldException(field, $"{shape[depth]} values in every list of this depth", $"{count}");
    }

    private static float ReadNumber(ref Utf8JsonReader reader, string field) => reader.TokenType switch
    {
        JsonTokenType.Number => reader.GetSingle(),
        JsonTokenType.True => 1,
        JsonTokenType.False => 0,
        // Read as what they say, so that the refusal names the true reason.
        JsonTokenType.String when reader.ValueTextEquals("NaN"u8) => float.NaN,
        JsonTokenType.String when reader.ValueTextEquals("Infinity"u8) => float.PositiveInfinity,
        JsonTokenType.String when reader.ValueTextEquals("-Infinity"u8) => float.NegativeInfinity,
        _ => throw new WrongFieldException(field, "numbers", reader.TokenType),
    };
}
