namespace Lstm.Cli.Bench.Grpc;

/// <summary>Medians of a load on a transport.</summary>
/// <param name="Load">The load.</param>
/// <param name="Transport">The transport.</param>
/// <param name="Figures">The medians.</param>
internal sealed record GrpcResult(EchoLoad Load, Transport Transport, GrpcFigures Figures)
{
    /// <summary>Processor time of the server for each row of a message, in microseconds.</summary>
    public double ServerMicrosecondsPerRow => Figures.ServerMicroseconds / Load.Rows;

    /// <summary>How many times the processor time of another transport under the same load this one takes.</summary>
    /// <param name="results">All results.</param>
    /// <param name="other">The other transport.</param>
    /// <returns>Null: it was not measured, or this is it.</returns>
    public double? Times(IReadOnlyCollection<GrpcResult> results, Transport other) =>
        other == Transport || results.FirstOrDefault(r => r.Load == Load && r.Transport == other) is not { } found ? null : Figures.ServerMicroseconds / found.Figures.ServerMicroseconds;
}
