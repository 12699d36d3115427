using System.Text.RegularExpressions;

namespace Lstm.Cli.Verify.Runtime;

/// <summary>Names that people give to states: h0 and hn, h_in and h_out, state and stateN, past_key and present_key, cache and new_cache.</summary>
internal static partial class StateNames
{
    private static readonly HashSet<string> InitialMarks = ["in", "input", "init", "initial", "past", "prev", "previous", "old", "start"];
    private static readonly HashSet<string> NextMarks = ["n", "next", "new", "out", "output", "present", "updated", "final", "end", "current", "cur"];

    private static readonly HashSet<string> Words =
    [
        "h", "c", "s", "hx", "cx", "hid", "hidden", "cell", "state", "states", "cache", "caches", "mem", "memory", "carry", "context", "ctx", "past",
        "rnn", "lstm", "gru", "recurrent", "buffer", "buf", "conv", "key", "value", "kv", "len", "length", "count", "counter", "pos", "position", "offset", "mean", "var", "avg", "ema",
    ];

    /// <summary>Whether an output is named as the next value of an input.</summary>
    public static bool AreAkin(string input, string output)
    {
        var from = Stem(input, InitialMarks);
        var to = Stem(output, NextMarks);
        return to.Marked && from.Letters.Length > 0 && from.Letters == to.Letters && (from.Digits == to.Digits || (from.Digits == "0" && to.Digits.Length == 0));
    }

    /// <summary>Whether a name is one that states have.</summary>
    public static bool IsOfState(string name) => Tokens(name).Any(Words.Contains);

    private static (string Letters, string Digits, bool Marked) Stem(string name, HashSet<string> marks)
    {
        string[] tokens = [.. Tokens(name)];
        string[] letters = [.. tokens.Where(static t => !char.IsAsciiDigit(t[0]))];
        string[] stem = [.. letters.Where(t => !marks.Contains(t))];
        var digits = string.Concat(tokens.Where(static t => char.IsAsciiDigit(t[0])));
        return stem.Length == 0 ? (string.Join('_', letters), digits, false) : (string.Join('_', stem), digits, stem.Length < letters.Length);
    }

    // hn and cn are h and c of step n.
    private static IEnumerable<string> Tokens(string name) => Token().Matches(name).Select(static m => m.Value.ToLowerInvariant())
        .SelectMany(static t => t.Length == 2 && t[1] == 'n' && t != "in" ? [t[..1], "n"] : new[] { t });

    [GeneratedRegex("[0-9]+|[A-Z]?[a-z]+|[A-Z]+")]
    private static partial Regex Token();
}
