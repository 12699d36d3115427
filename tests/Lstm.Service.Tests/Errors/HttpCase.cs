using Lstm.Service.Errors;

namespace Lstm.Service.Tests.Errors;

/// <summary>A request that has to be refused, and how.</summary>
internal sealed record HttpCase(string Name, ErrorCode Code, string Method, string Path, string? Body, string Detail, params (string Key, string Value)[] Metadata)
{
    public string ContentType { get; init; } = "application/json";
}
