using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Lstm.Cli.Verify;

/// <summary>Prints verdicts as aligned lines for people or as JSON lines for programs.</summary>
internal sealed class VerifyPrinter(TextWriter output, bool json, bool colour, int nameWidth)
{
    private static readonly JsonSerializerOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private int _ok;
    private int _count;

    /// <summary>One line.</summary>
    public void Print(Verdict verdict)
    {
        _count++;
        _ok += verdict.Ok ? 1 : 0;
        output.WriteLine(json ? Json(verdict) : Line(verdict));
        output.Flush();
    }

    /// <summary>The closing line, for people only.</summary>
    public void PrintSummary()
    {
        if (!json)
            output.WriteLine(Paint(_ok == _count, $"{_count} {(_count == 1 ? "model" : "models")}: {_ok} ok, {_count - _ok} not ok"));
    }

    private string Line(Verdict verdict)
    {
        var differences = verdict.MaxAbs is { } difference ? $"{Number(difference),8} of {Number(verdict.Allowed),8}" : new string(' ', 20);
        var line = $"{Paint(verdict.Ok, verdict.Ok ? "ok    " : "not ok")}  {verdict.Case.PadRight(nameWidth)}  {verdict.Backend,-11}  {differences}  {OneLine(verdict.Why)}";
        return line.TrimEnd();
    }

    private static string Json(Verdict verdict) => JsonSerializer.Serialize(
        new Dictionary<string, object?>
        {
            ["case"] = verdict.Case,
            ["ok"] = verdict.Ok,
            ["backend"] = verdict.Backend,
            ["max_abs"] = Finite(verdict.MaxAbs),
            ["allowed"] = Finite(verdict.Allowed),
            ["why"] = OneLine(verdict.Why),
        },
        Options);

    // JSON has no infinity; `why` says then what happened.
    private static double? Finite(double? value) => value is { } v && double.IsFinite(v) ? v : null;

    private static string Number(double? value) => value?.ToString("0.0e-00", CultureInfo.InvariantCulture) ?? "";

    private static string OneLine(string text) => string.Join(' ', text.Split(['\r', '\n'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));

    private string Paint(bool good, string text) => colour ? $"\u001b[{(good ? 32 : 31)}m{text}\u001b[0m" : text;
}
