namespace Lstm.Engine.Onnx;

/// <summary>Facts about element types.</summary>
internal static class ElementTypes
{
    /// <summary>Whether Lstm reads the type.</summary>
    /// <param name="type">The number in the file.</param>
    /// <returns>True for all numeric and boolean types, false for strings and complex numbers.</returns>
    public static bool IsKnown(int type) => Enum.IsDefined((ElementType)type);

    /// <summary>Whether values of the type are whole numbers.</summary>
    /// <param name="type">The type.</param>
    /// <returns>True for integers and booleans.</returns>
    public static bool IsInteger(ElementType type) =>
        type is not (ElementType.Float32 or ElementType.Float16 or ElementType.Float64 or ElementType.BFloat16);

    /// <summary>Bytes of one value.</summary>
    /// <param name="type">The type.</param>
    /// <returns>1, 2, 4 or 8.</returns>
    public static int Size(ElementType type) => type switch
    {
        ElementType.UInt8 or ElementType.Int8 or ElementType.Bool => 1,
        ElementType.UInt16 or ElementType.Int16 or ElementType.Float16 or ElementType.BFloat16 => 2,
        ElementType.Float32 or ElementType.Int32 or ElementType.UInt32 => 4,
        _ => 8,
    };

    /// <summary>The name that users see.</summary>
    /// <param name="type">The type.</param>
    /// <returns>E.g. "float32".</returns>
#pragma warning disable CA1308 // the names are lower case by convention of the field
    public static string Name(ElementType type) => type.ToString().ToLowerInvariant();
#pragma warning restore CA1308
}
