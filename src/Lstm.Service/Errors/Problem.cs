using System.Diagnostics;

namespace Lstm.Service.Errors;

/// <summary>A fault as HTTP tells it: application/problem+json of RFC 9457.</summary>
/// <param name="Type">An address that explains this kind of fault.</param>
/// <param name="Title">The kind of fault, in a few words.</param>
/// <param name="Status">The HTTP status again.</param>
/// <param name="Detail">Expected, found, where, what to do.</param>
/// <param name="Reason">Stable, UPPER_SNAKE_CASE: branch on this.</param>
/// <param name="Metadata">The facts of the detail, for programs.</param>
/// <param name="TraceId">Under which the log and the traces have this request.</param>
internal sealed record Problem(
    string Type, string Title, int Status, string Detail, string Reason, IReadOnlyDictionary<string, string> Metadata, string? TraceId)
{
    /// <summary>The media type of a problem.</summary>
    public const string MediaType = "application/problem+json";

    /// <summary>Describes a fault.</summary>
    /// <param name="fault">The fault.</param>
    /// <returns>The problem.</returns>
    public static Problem From(LstmException fault) => new(
        $"/errors/{fault.Entry.Reason}", fault.Entry.Title, fault.Entry.Http, fault.Message, fault.Entry.Reason, fault.Metadata.ToDictionary(),
        Activity.Current?.TraceId.ToHexString());
}
