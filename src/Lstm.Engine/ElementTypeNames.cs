namespace Lstm.Engine;

/// <summary>Facts about element types by the names that users see.</summary>
internal static class ElementTypeNames
{
    /// <summary>Whether values of the type are whole numbers or booleans.</summary>
    /// <param name="name">E.g. "int64".</param>
    /// <returns>False for the floating-point types.</returns>
    public static bool IsInteger(string name) => name is not ("float32" or "float64" or "float16" or "bfloat16");
}
