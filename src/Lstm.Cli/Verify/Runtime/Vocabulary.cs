namespace Lstm.Cli.Verify.Runtime;

/// <summary>Which whole numbers an input takes, found by trying.</summary>
internal static class Vocabulary
{
    // Beyond this the input is no token but a number that happens to be an integer.
    private const int Max = 1 << 20;

    /// <summary>How many values, from 0, are taken: doubled until one is refused, then halved between.</summary>
    /// <param name="takes">Whether a value is taken.</param>
    /// <returns>The count; 2 where there is no end to them.</returns>
    public static int Count(Func<int, bool> takes)
    {
        var (good, bad) = (0, 1);
        while (bad < Max && takes(bad))
            (good, bad) = (bad, 2 * bad);
        if (bad >= Max)
            return 2;
        while (bad - good > 1)
        {
            var middle = (good + bad) / 2;
            (good, bad) = takes(middle) ? (middle, bad) : (good, middle);
        }
        return good + 1;
    }
}
