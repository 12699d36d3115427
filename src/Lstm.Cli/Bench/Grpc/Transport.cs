namespace Lstm.Cli.Bench.Grpc;

/// <summary>A way of a message through a server.</summary>
/// <param name="Name">Its name on the command line.</param>
/// <param name="Service">package.Service of benchmarks/Lstm.Transport; null: the service itself, with a model.</param>
internal sealed record Transport(string Name, string? Service)
{
    /// <summary>src/Lstm.Grpc with generated messages.</summary>
    public static Transport Layer { get; } = new("layer", "lstm.transport.Layer");

    /// <summary>src/Lstm.Grpc with messages read and written by hand.</summary>
    public static Transport LayerByHand { get; } = new("layer-by-hand", "lstm.transport.LayerByHand");

    /// <summary>A bare endpoint with generated messages.</summary>
    public static Transport RawGenerated { get; } = new("raw-generated", "lstm.transport.RawGenerated");

    /// <summary>A bare endpoint with messages read and written by hand.</summary>
    public static Transport RawByHand { get; } = new("raw-by-hand", "lstm.transport.RawByHand");

    /// <summary>The service: transport, session and model.</summary>
    public static Transport Whole { get; } = new("service", null);

    /// <summary>All of them.</summary>
    public static IReadOnlyList<Transport> All { get; } = [Layer, RawGenerated, LayerByHand, RawByHand, Whole];
}
