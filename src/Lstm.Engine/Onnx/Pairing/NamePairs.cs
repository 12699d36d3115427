using System.Text.RegularExpressions;

namespace Lstm.Engine.Onnx.Pairing;

/// <summary>Whether two names call one state before and after a step: h0 and hn, state_in and state_out, past and present.</summary>
internal static partial class NamePairs
{
    /// <summary>The names have nothing in common.</summary>
    public const int Nothing = 0;

    /// <summary>From here on nothing but words such as in, out and next differs.</summary>
    public const int Same = 3;

    // Words that tell before from after and nothing else; those of the second list speak of time, not only of in and out.
    private static readonly HashSet<string> Sides = ["in", "out", "input", "output", "inputs", "outputs", "onnx", "serving", "default"];

    private static readonly HashSet<string> Times =
        ["new", "next", "nxt", "prev", "previous", "old", "last", "init", "initial", "first", "final", "past", "present", "cur", "current", "updated", "after", "before"];

    private static readonly string[] Names = ["h", "c", "s", "hc", "hidden", "cell", "state", "states", "cache", "memory"];

    /// <summary>Compares the name of an input with that of an output.</summary>
    /// <param name="input">Name of the input.</param>
    /// <param name="output">Name of the output.</param>
    /// <returns>The higher the surer; <see cref="Nothing"/> for names that have nothing in common.</returns>
    public static int Of(string input, string output)
    {
        if (Extend(input, output) is > 0 and var shared)
        {
            return Same + shared;
        }
        string[] before = Words(input);
        string[] after = Words(output);
        string left = string.Concat(before);
        string right = string.Concat(after);
        if (!left.Any(char.IsLetter) || !right.Any(char.IsLetter))
        {
            return Nothing;
        }
        if (left == right)
        {
            return Same;
        }
        // h0 and hn, and of several layers h0 and h0n.
        if ((Stem(left) == Stem(right) || left == Stem(right) || Stem(left) == right) && Stem(left).Any(char.IsLetter))
        {
            return 2;
        }
        // cell_state and state are one, cell_state and hidden_state are not.
        return before.All(after.Contains) || after.All(before.Contains) ? 1 : Nothing;
    }

    /// <summary>Whether the names speak of a state, such as h and cache, or of one thing at two times, such as prev and next, and not only of in and out.</summary>
    /// <param name="input">Name of the input.</param>
    /// <param name="output">Name of the output.</param>
    /// <returns>True for names that only a state has.</returns>
    public static bool SpeakOfTime(string input, string output) => Split(input).Concat(Split(output)).Any(static w => Times.Contains(w) || Names.Contains(Shorten(w)));

    // prev and prev_next, x_last and new_x_last: all words of the input, and beside them only words that tell after from before. How many are shared.
    private static int Extend(string input, string output)
    {
        string[] before = Split(input);
        List<string> added = [.. Split(output)];
        return before.Any(static w => w.Any(char.IsLetter)) && before.All(added.Remove) && added.Count > 0 && added.All(static w => Sides.Contains(w) || Times.Contains(w)) ? before.Length : 0;
    }

    private static string[] Words(string name) => [.. Split(name).Select(Shorten).Where(static w => !Sides.Contains(w) && !Times.Contains(w))];

    // hn, cx, hout: the letter of the field and what tells before from after, written as one word.
    private static string Shorten(string word) =>
        word.Length == 2 && word[0] is 'h' or 'c' or 's' && word[1] is 'n' or 'x' or 'y' or 't' or 'o' or 'i' or 'p' ? word[..1]
        : Array.Find(Names, n => word.Length > n.Length && word.StartsWith(n, StringComparison.Ordinal) && (Sides.Contains(word[n.Length..]) || Times.Contains(word[n.Length..]))) ?? word;

    private static string[] Split(string name) => [.. Word().Matches(name).Select(static m => m.Value.ToLowerInvariant())];

    // h0 and hn, h_0 and h_1, hx and hy, stateN.
    private static string Stem(string words) => words.Length > 1 && words[^1] is '0' or 'n' or '1' or 't' or 'x' or 'y' ? words[..^1] : words;

    [GeneratedRegex("[A-Z]?[a-z]+|[A-Z]+(?![a-z])|[0-9]+")]
    private static partial Regex Word();
}
