using System.Globalization;

namespace Lstm.Service.Sessions;

/// <summary>Times as the faces show them.</summary>
internal static class Rfc3339
{
    /// <summary>UTC with milliseconds, e.g. 2026-01-31T12:00:00.000Z.</summary>
    /// <param name="time">Any offset.</param>
    /// <returns>The text.</returns>
    public static string Format(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}
