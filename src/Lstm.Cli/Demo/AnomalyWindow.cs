using System.Globalization;
using System.Text.Json;

namespace Lstm.Cli.Demo;

/// <summary>A stretch of the series that people have labelled. It names alarms; it never raises one.</summary>
/// <param name="Cause">What happened.</param>
/// <param name="Start">First half hour.</param>
/// <param name="End">Last half hour.</param>
internal sealed record AnomalyWindow(string Cause, DateTime Start, DateTime End)
{
    /// <summary>Reads the file of windows and causes.</summary>
    public static IReadOnlyList<AnomalyWindow> Read(string path)
    {
        using JsonDocument file = JsonDocument.Parse(File.ReadAllBytes(path));
        JsonElement causes = file.RootElement.GetProperty("causes");
        return [.. file.RootElement.GetProperty("windows").EnumerateArray().Select((window, i) =>
            new AnomalyWindow(causes[i].GetString() ?? "", Time(window[0]), Time(window[1])))];
    }

    /// <summary>The window that a stretch of time overlaps most; null when it touches none.</summary>
    public static AnomalyWindow? Covering(IEnumerable<AnomalyWindow> windows, DateTime start, DateTime end) => windows
        .Where(window => start <= window.End && end >= window.Start)
        .MaxBy(window => (end < window.End ? end : window.End) - (start > window.Start ? start : window.Start));

    private static DateTime Time(JsonElement text) =>
        DateTime.ParseExact(text.GetString() ?? "", "yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
}
