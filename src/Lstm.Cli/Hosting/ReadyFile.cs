using System.Text.Json;
using System.Text.Json.Serialization;

namespace Lstm.Cli.Hosting;

/// <summary>What the service writes when it is ready.</summary>
/// <param name="HttpPort">Where HTTP answers.</param>
/// <param name="GrpcPort">Where gRPC answers.</param>
/// <param name="ProcessId">The service's process.</param>
internal sealed record ReadyFile(
    [property: JsonPropertyName("http_port")] int HttpPort,
    [property: JsonPropertyName("grpc_port")] int GrpcPort,
    [property: JsonPropertyName("pid")] int ProcessId)
{
    /// <summary>Null while the file is absent or half written.</summary>
    public static ReadyFile? TryRead(string path)
    {
        try
        {
            return JsonSerializer.Deserialize<ReadyFile>(File.ReadAllText(path)) is { HttpPort: > 0, GrpcPort: > 0 } ready ? ready : null;
        }
        catch (Exception notYet) when (notYet is IOException or JsonException)
        {
            return null;
        }
    }
}
