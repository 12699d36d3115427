using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Lstm.Cli.Verify;

/// <summary>Prints verdicts as aligned lines for people or as JSON lines for programs.</summary>
internal sealed class VerifyPrinter(TextWriter output, bool json, bool colour, int nameWidth)
{
    private static readonly JsonSerializerOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private readonly int[] _counts = new int[Verdict.NotDetermined + 1];

    /// <summary>One line.</summary>
    public void Print(Verdict verdict)
    {
        _counts[verdict.ExitCode]++;
        output.WriteLine(json ? Json(verdict) : Line(verdict));
        output.Flush();
    }

    /// <summary>The closing line, for people only.</summary>
    public void PrintSummary()
    {
        if (json)
            return;
        var count = _counts.Sum();
        var unsure = _counts[Verdict.NotDetermined] is > 0 and var n ? $", {n} unsure" : "";
        var text = $"{count} {(count == 1 ? "model" : "models")}: {_counts[Verdict.Right]} ok, {_counts[Verdict.Differs]} not ok{unsure}";
        output.WriteLine(Paint(_counts[Verdict.Differs] > 0 ? Verdict.Differs : unsure.Length > 0 ? Verdict.NotDetermined : Verdict.Right, text));
    }

    private string Line(Verdict verdict)
    {
        var label = verdict.ExitCode switch { Verdict.Right => "ok    ", Verdict.Differs => "not ok", _ => "unsure" };
        var differences = verdict.MaxAbs is { } difference ? $"{Number(difference),8} of {Number(verdict.Allowed),8}" : new string(' ', 20);
        var pairs = verdict.Pairs.Count > 0 ? $"; states {NamePair.List(verdict.Pairs)} by {verdict.PairsFrom}" : "";
        var why = verdict is { Outcome: Outcome.Refused, IsExpected: true } ? $"refused, as expected: {verdict.Why}" : verdict.Why;
        return $"{Paint(verdict.ExitCode, label)}  {verdict.Case.PadRight(nameWidth)}  {verdict.Backend,-11}  {differences}  {OneLine(why)}{pairs}".TrimEnd();
    }

    private static string Json(Verdict verdict) => JsonSerializer.Serialize(
        new Dictionary<string, object?>
        {
            ["case"] = verdict.Case,
            ["path"] = verdict.Path,
            ["verdict"] = Name(verdict.Outcome),
            ["ok"] = verdict.Ok,
            ["backend"] = verdict.Backend,
            ["streams"] = verdict.Streams,
            ["pairs"] = verdict.Pairs.Select(static p => new[] { p.Input, p.Output }),
            ["pairs_from"] = verdict.PairsFrom,
            ["seed"] = verdict.Seed,
            ["max_abs"] = Finite(verdict.MaxAbs),
            ["allowed"] = Finite(verdict.Allowed),
            ["largest"] = verdict.Largest.ToDictionary(static l => l.Key, static l => Finite(l.Value)),
            ["why"] = OneLine(verdict.Why),
        },
        Options);

    private static string Name(Outcome outcome) => outcome switch
    {
        Outcome.Same => "same",
        Outcome.Different => "different",
        Outcome.Unconfirmed => "unconfirmed",
        Outcome.Refused => "refused",
        _ => "not_compared",
    };

    // JSON has no infinity; `why` says then what happened.
    private static double? Finite(double? value) => value is { } v && double.IsFinite(v) ? v : null;

    private static string Number(double? value) => value?.ToString("0.0e-00", CultureInfo.InvariantCulture) ?? "";

    private static string OneLine(string text) => string.Join(' ', text.Split(['\r', '\n'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));

    private string Paint(int exitCode, string text) => colour ? $"\u001b[{exitCode switch { Verdict.Right => 32, Verdict.Differs => 31, _ => 33 }}m{text}\u001b[0m" : text;
}
