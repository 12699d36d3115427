using Lstm.Cli.Bench.Service;

namespace Lstm.Cli.Bench.Grpc;

/// <summary>What is sent through a transport: messages of rows of 16 floats, each followed by the next as soon as its reply is there.</summary>
/// <param name="Name">Its name on the command line.</param>
/// <param name="Streams">Streams on one connection; of a unary load, calls in flight.</param>
/// <param name="Window">Messages in flight on a stream.</param>
/// <param name="Rows">Rows in a message.</param>
/// <param name="Unary">Every message is a call of its own.</param>
internal sealed record EchoLoad(string Name, int Streams, int Window = 1, int Rows = 1, bool Unary = false)
{
    /// <summary>The loads that are measured.</summary>
    public static IReadOnlyList<EchoLoad> Standard { get; } =
    [
        new("single", 1),
        new("ping-pong", 64),
        new("window", 64, Window: 16),
        new("unary", 64, Unary: true),
        new("rows", 4, Window: 2, Rows: 256),
    ];

    /// <summary>The same load for the service, a session a row; null: the generator has none.</summary>
    public LoadShape? ForService => Unary ? null : new LoadShape(Streams * Rows, Streams, Batch: Rows > 1 ? Rows : 0, Window: Window);

    /// <summary>In words.</summary>
    /// <returns>For example "64 streams, window 16".</returns>
    public override string ToString()
    {
        if (Unary)
            return $"unary, {Streams} in flight";
        string streams = Streams == 1 ? "1 stream" : $"{Streams} streams";
        string window = Window == 1 ? "ping-pong" : $"window {Window}";
        return Rows == 1 ? $"{streams}, {window}" : $"{streams}, {window}, {Rows} rows a message";
    }
}
