using System.Globalization;
using System.Text.Json;

namespace Lstm.HostilePeers;

/// <summary>A row for each attack, as a table in Markdown or as JSON lines.</summary>
/// <param name="output">Where to.</param>
/// <param name="json">Whether as JSON.</param>
internal sealed class ResultPrinter(TextWriter output, bool json)
{
    private const int MostOutcomes = 4;
    private static readonly JsonSerializerOptions SnakeCase = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    /// <summary>The head of the table.</summary>
    public void Begin()
    {
        if (json)
            return;
        output.WriteLine("| attack | memory, MB: before, peak | p99 of others, ms: without, with | server, cores | log, MB | the attacker was told |");
        output.WriteLine("| --- | --- | --- | --- | --- | --- |");
    }

    /// <summary>A row.</summary>
    /// <param name="result">What came out.</param>
    public void Print(AttackResult result)
    {
        if (json)
        {
            output.WriteLine(JsonSerializer.Serialize(result, SnakeCase));
            return;
        }

        string told = string.Join(", ", result.Told.Take(MostOutcomes).Select(outcome => string.Create(CultureInfo.InvariantCulture, $"{outcome.Key} × {outcome.Value:N0}")));
        string with = result.P99Milliseconds is { } p99 ? p99.ToString("0.0", CultureInfo.InvariantCulture) : $"**{result.Fault}**";
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"| {result.Attack} | {result.MegabytesBefore:0}, {result.MegabytesPeak:0} | {result.QuietP99Milliseconds:0.0}, {with} | {result.ServerCores:0.00} | {result.LogMegabytes:0.0} | {told} |"));
    }
}
