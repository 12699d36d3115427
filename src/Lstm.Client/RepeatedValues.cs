using Google.Protobuf.Collections;

namespace Lstm.Client;

/// <summary>Fills repeated fields from memory; the protobuf runtime itself takes only enumerables.</summary>
internal static class RepeatedValues
{
    /// <summary>Appends the values, growing the field once.</summary>
    public static void Append(this RepeatedField<float> field, ReadOnlySpan<float> values)
    {
        field.Capacity = field.Count + values.Length;
        foreach (float value in values)
            field.Add(value);
    }

    /// <summary>Appends the values, growing the field once.</summary>
    public static void Append(this RepeatedField<long> field, ReadOnlySpan<long> values)
    {
        field.Capacity = field.Count + values.Length;
        foreach (long value in values)
            field.Add(value);
    }
}
