namespace Lstm.Engine;

/// <summary>The names of weight formats, as model.json, the faces and the command line write them.</summary>
public static class WeightFormats
{
    /// <summary>All names, the default first.</summary>
    public static IReadOnlyList<string> Names { get; } = ["float32", "bfloat16", "int8"];

    /// <summary>The name of a format.</summary>
    /// <param name="format">The format.</param>
    /// <returns>"float32", "bfloat16" or "int8".</returns>
    public static string NameOf(WeightFormat format) => Names[(int)format];

    /// <summary>The format of a name.</summary>
    /// <param name="name">The name.</param>
    /// <returns>The format, or null when no format is called so.</returns>
    public static WeightFormat? Find(string name)
    {
        for (int n = 0; n < Names.Count; n++)
        {
            if (Names[n] == name)
            {
                return (WeightFormat)n;
            }
        }
        return null;
    }
}
