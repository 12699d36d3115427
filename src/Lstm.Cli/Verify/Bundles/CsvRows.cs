using System.Globalization;
using System.Text.Json;

namespace Lstm.Cli.Verify.Bundles;

/// <summary>
/// The input of a trace that lies in a CSV file: "x_ref": {"file": "series.csv", "first_row": 0, "rows": 336, "columns": ["value"]}. Rows count from 0 below
/// the head; "rows" may be left out, or be [first, end]; without "columns" all columns of numbers count. A text alone names the file.
/// </summary>
internal static class CsvRows
{
    private const string Form = "{\"file\": \"series.csv\", \"first_row\": 0, \"rows\": 336, \"columns\": [\"value\"]}";

    private static readonly string[] FileFields = ["file", "csv", "path"];
    private static readonly string[] FirstFields = ["first_row", "first", "start", "offset"];

    /// <summary>Reads the rows.</summary>
    /// <param name="bundle">The trace.</param>
    /// <param name="steps">Rows that its outputs have.</param>
    /// <returns>x, [steps, columns].</returns>
    /// <exception cref="BundleException">They cannot be read.</exception>
    public static BundleTensor Read(Bundle bundle, int steps)
    {
        var json = bundle.InputRows;
        var file = json.ValueKind == JsonValueKind.String ? json.GetString() : Field(json, FileFields) is { ValueKind: JsonValueKind.String } name ? name.GetString() : null;
        if (string.IsNullOrEmpty(file))
            throw new BundleException(bundle.Path, $"expected \"x_ref\" as {Form} but found {json.GetRawText()}.");
        var lines = Lines(bundle, file);
        var first = First(bundle, json, steps);
        string[] head = lines.Length > 0 ? Cells(lines[0]) : [];
        var hasHead = head.Length > 0 && !head.All(static cell => Number(cell) is not null);
        string[][] rows = [.. lines.Skip((hasHead ? 1 : 0) + first).Take(steps).Select(Cells)];
        if (rows.Length < steps)
            throw new BundleException(bundle.Path, $"\"x_ref\" needs {steps} rows of '{file}' from row {first} on, but only {rows.Length} are there.");
        var columns = Columns(bundle, json, file, head, rows);
        var values = new double[steps * columns.Length];
        for (var t = 0; t < steps; t++)
        {
            for (var i = 0; i < columns.Length; i++)
            {
                values[(t * columns.Length) + i] = Number(rows[t].ElementAtOrDefault(columns[i]) ?? "")
                    ?? throw new BundleException(bundle.Path, $"row {first + t} of '{file}' has no number in column {columns[i]}.");
            }
        }
        return new BundleTensor("x", "input", [steps, columns.Length], values, "", "");
    }

    private static string[] Lines(Bundle bundle, string file)
    {
        try
        {
            return [.. File.ReadAllLines(Path.Combine(Path.GetDirectoryName(bundle.Path)!, file)).Where(static l => l.Length > 0)]; // an index has a folder
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new BundleException(bundle.Path, $"\"x_ref\" names '{file}', which cannot be read: {error.Message}", error);
        }
    }

    private static int First(Bundle bundle, JsonElement json, int steps)
    {
        if (Field(json, FirstFields) is { } first)
            return first.TryGetInt32(out var row) && row >= 0 ? row : throw new BundleException(bundle.Path, $"expected a row from 0 in \"x_ref\" but found {first.GetRawText()}.");
        if (Field(json, ["rows"]) is not { } rows)
            return 0;
        var (start, count) = rows.ValueKind == JsonValueKind.Array && rows.GetArrayLength() == 2 ? (rows[0].GetInt32(), rows[1].GetInt32() - rows[0].GetInt32()) : (0, rows.GetInt32());
        return start >= 0 && (count == steps || count == steps - 1) ? start
            : throw new BundleException(bundle.Path, $"\"x_ref\" names {count} rows ({rows.GetRawText()}), but the outputs have {steps}.");
    }

    private static int[] Columns(Bundle bundle, JsonElement json, string file, string[] head, string[][] rows)
    {
        if (Field(json, ["columns", "column"]) is not { } columns)
            return [.. Enumerable.Range(0, head.Length).Where(i => rows.All(row => Number(row.ElementAtOrDefault(i) ?? "") is not null))];
        var names = columns.ValueKind == JsonValueKind.Array ? columns.EnumerateArray().ToArray() : [columns];
        return [.. names.Select(name =>
        {
            var index = name.ValueKind == JsonValueKind.Number ? name.GetInt32() : Array.IndexOf(head, name.GetString());
            return index >= 0 && index < head.Length ? index : throw new BundleException(bundle.Path, $"\"x_ref\" names the column {name.GetRawText()}, but '{file}' has {string.Join(", ", head)}.");
        })];
    }

    private static JsonElement? Field(JsonElement json, string[] names)
    {
        foreach (var name in json.ValueKind == JsonValueKind.Object ? names : [])
        {
            if (json.TryGetProperty(name, out var value))
                return value;
        }
        return null;
    }

    private static string[] Cells(string line) => [.. line.Split(line.Contains(';', StringComparison.Ordinal) ? ';' : ',').Select(static cell => cell.Trim().Trim('"'))];

    private static double? Number(string cell) => double.TryParse(cell, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) ? value : null;
}
