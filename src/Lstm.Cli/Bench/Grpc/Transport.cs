namespace Lstm.Cli.Bench.Grpc;

/// <summary>A way of a message through a server.</summary>
/// <param name="Name">Its name on the command line.</param>
/// <param name="Service">package.Service of benchmarks/Lstm.Transport; null: the service itself, with a model.</param>
/// <param name="OnPackages">That server is the one on the official packages, where it was built.</param>
internal sealed record Transport(string Name, string? Service, bool OnPackages = false)
{
    private const string WithGenerated = "lstm.transport.Layer";
    private const string WithByHand = "lstm.transport.LayerByHand";

    /// <summary>src/Lstm.Grpc with generated messages.</summary>
    public static Transport Layer { get; } = new("layer", WithGenerated);

    /// <summary>src/Lstm.Grpc with messages read and written by hand.</summary>
    public static Transport LayerByHand { get; } = new("layer-by-hand", WithByHand);

    /// <summary>A bare endpoint with generated messages.</summary>
    public static Transport RawGenerated { get; } = new("raw-generated", "lstm.transport.RawGenerated");

    /// <summary>A bare endpoint with messages read and written by hand.</summary>
    public static Transport RawByHand { get; } = new("raw-by-hand", "lstm.transport.RawByHand");

    /// <summary>Grpc.AspNetCore with generated messages.</summary>
    public static Transport Packages { get; } = new("grpc-aspnetcore", WithGenerated, OnPackages: true);

    /// <summary>Grpc.AspNetCore with messages read and written by hand.</summary>
    public static Transport PackagesByHand { get; } = new("grpc-aspnetcore-by-hand", WithByHand, OnPackages: true);

    /// <summary>The service: transport, session and model.</summary>
    public static Transport Whole { get; } = new("service", null);

    /// <summary>All of them.</summary>
    public static IReadOnlyList<Transport> All { get; } = [Layer, Packages, RawGenerated, LayerByHand, PackagesByHand, RawByHand, Whole];

    /// <summary>Those that can be measured: all, but where nobody has built the server on the official packages.</summary>
    public static IReadOnlyList<Transport> Built => Installation.TransportOnPackages is null ? [.. All.Where(static t => !t.OnPackages)] : All;
}
