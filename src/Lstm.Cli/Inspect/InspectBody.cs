using System.Text.Encodings.Web;
using System.Text.Json;

namespace Lstm.Cli.Inspect;

/// <summary>What is known of a file, for programs. docs/inspect.md lists the fields; a test compares.</summary>
/// <param name="Path">The file.</param>
/// <param name="Ok">Whether it loads.</param>
/// <param name="Faults">Why it does not.</param>
/// <param name="File">What the file says of itself; null when it cannot be read.</param>
/// <param name="Model">What was understood of it; null when it does not load.</param>
internal sealed record InspectBody(string Path, bool Ok, FaultBody[] Faults, FileBody? File, ModelBody? Model)
{
    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        WriteIndented = true,
        NewLine = "\n",
    };

    /// <summary>Describes an inspection.</summary>
    /// <param name="inspection">What is known.</param>
    /// <returns>The body.</returns>
    public static InspectBody From(Inspection inspection) => new(
        inspection.Path, inspection.Info is not null, [.. inspection.Faults.Select(FaultBody.From)],
        inspection.File is { } file ? FileBody.From(file) : null, inspection.Info is { } info ? ModelBody.From(info) : null);

    /// <summary>Writes a body, or several.</summary>
    /// <typeparam name="T">Which.</typeparam>
    /// <param name="value">The body or bodies.</param>
    /// <returns>JSON.</returns>
    public static string Write<T>(T value) => JsonSerializer.Serialize(value, Options);
}
