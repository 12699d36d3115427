using Lstm.Cli.Bench.Load;
using Lstm.Cli.Bench.Service.Load;
using Lstm.Cli.Hosting;

namespace Lstm.Cli.Bench.Service;

/// <summary>A server under test, as a process of its own.</summary>
internal sealed class BenchServer : IAsyncDisposable
{
    /// <summary>Our service.</summary>
    public const string Ours = "lstm";

    /// <summary>What one writes today.</summary>
    public const string Incumbent = "incumbent";

    // Defaults of the service that a large load exceeds; they are raised to what it needs and no further.
    private const int DefaultSessions = 100_000;
    private const int DefaultHandlesPerStream = 10_000;

    private readonly ServiceProcess _process;

    private BenchServer(string name, ServiceProcess process)
    {
        Name = name;
        _process = process;
    }

    /// <summary><see cref="Ours"/> or <see cref="Incumbent"/>.</summary>
    public string Name { get; }

    /// <summary>Starts one.</summary>
    /// <param name="name"><see cref="Ours"/> or <see cref="Incumbent"/>.</param>
    /// <param name="models">What it serves.</param>
    /// <param name="shapes">What it has to stand.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>The server, ready.</returns>
    public static async Task<BenchServer> StartAsync(string name, BenchModels models, IReadOnlyCollection<LoadShape> shapes, CancellationToken cancellation)
    {
        if (name == Incumbent)
            return new(name, await ServiceProcess.StartAsync(Installation.Incumbent, models.Folder, cancellation));
        var more = new List<string>();
        AddWhenAbove(DefaultSessions, shapes.Max(static s => s.Sessions), "--max-sessions");
        AddWhenAbove(DefaultHandlesPerStream, shapes.Max(static s => s.SessionsPerStream), "--Lstm:Grpc:MaxHandlesPerStream");
        return new(name, await ServiceProcess.StartAsync(Installation.Service, models.Folder, cancellation, [.. more]));

        void AddWhenAbove(int usual, int needed, string option)
        {
            if (needed > usual)
                more.AddRange([option, needed.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        }
    }

    /// <summary>Runs a load against it.</summary>
    /// <param name="shape">What is sent.</param>
    /// <param name="model">Name of the model.</param>
    /// <param name="models">All models.</param>
    /// <param name="counted">How long.</param>
    /// <param name="cancellation">Breaks off.</param>
    /// <returns>What came out.</returns>
    /// <exception cref="CommandFailedException">The server refused, ended or answered wrongly; ends with its last log lines.</exception>
    public async Task<LoadFigures> RunAsync(LoadShape shape, string model, BenchModels models, TimeSpan counted, CancellationToken cancellation)
    {
        try
        {
            return await LoadRun.RunAsync(new Uri(_process.GrpcAddress), _process.Id, () => new LoadPlan(shape, models[model]), counted, cancellation);
        }
        catch (LoadException fault)
        {
            throw new CommandFailedException($"{Name}, {model}, {shape}: {fault.Message}{Environment.NewLine}The end of its log:{Environment.NewLine}{_process.LastLogLines(10)}", fault);
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _process.DisposeAsync();
}
