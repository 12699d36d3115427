namespace Lstm.HostilePeers;

/// <summary>What an attack cost.</summary>
/// <param name="Attack">Its name.</param>
/// <param name="MegabytesBefore">Resident memory of the server before it.</param>
/// <param name="MegabytesPeak">The largest resident memory during it.</param>
/// <param name="QuietP99Milliseconds">Of the client that behaves, before.</param>
/// <param name="P99Milliseconds">Of the client that behaves, during; null: it was not served.</param>
/// <param name="ServerCores">Processors that the server kept busy during it.</param>
/// <param name="LogMegabytes">What the server wrote to its log during it.</param>
/// <param name="Told">What the attacker was told, the most frequent first.</param>
/// <param name="Fault">What the client that behaves suffered; null: nothing.</param>
internal sealed record AttackResult(
    string Attack, double MegabytesBefore, double MegabytesPeak, double QuietP99Milliseconds, double? P99Milliseconds, double ServerCores, double LogMegabytes,
    IReadOnlyList<KeyValuePair<string, int>> Told, string? Fault);
