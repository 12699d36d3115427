namespace Lstm.Engine.Onnx.Pairing;

/// <summary>How alike two names are, when nothing else tells two candidates apart.</summary>
internal static class NameLikeness
{
    /// <summary>The likeness of names that have nothing in common but digits.</summary>
    public const int Nothing = 0;

    private static readonly HashSet<string> Fillers =
        ["in", "out", "input", "output", "inputs", "outputs", "new", "next", "prev", "previous", "old", "last", "init", "initial", "first", "final", "serving", "default", "y", "onnx"];

    /// <summary>Compares two names, leaving out words such as "in" and "out".</summary>
    /// <param name="a">One name.</param>
    /// <param name="b">The other.</param>
    /// <returns>0 for nothing in common to 1000 for the same.</returns>
    public static int Of(string a, string b)
    {
        string left = Normalise(a);
        string right = Normalise(b);
        return CommonLength([.. left.Where(char.IsLetter)], [.. right.Where(char.IsLetter)]) == 0 ? Nothing
            : 2000 * CommonLength(left, right) / (left.Length + right.Length);
    }

    private static string Normalise(string name)
    {
        string spaced = string.Concat(name.Select(static (c, n) => char.IsLetterOrDigit(c) ? $"{char.ToLowerInvariant(c)}" : " "));
        string[] words = spaced.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        string kept = string.Concat(words.Where(static w => !Fillers.Contains(w)));
        return kept.Length > 0 ? kept : string.Concat(words);
    }

    // Longest common subsequence; of long names the first 64 characters.
    private static int CommonLength(ReadOnlySpan<char> a, ReadOnlySpan<char> b)
    {
        a = a[..Math.Min(a.Length, 64)];
        b = b[..Math.Min(b.Length, 64)];
        Span<int> row = stackalloc int[65];
        row.Clear();
        foreach (char c in a)
        {
            int diagonal = 0;
            for (int n = 0; n < b.Length; n++)
            {
                int above = row[n + 1];
                row[n + 1] = c == b[n] ? diagonal + 1 : Math.Max(above, row[n]);
                diagonal = above;
            }
        }
        return row[b.Length];
    }
}
