using Lstm.Cli.Bench.Service;
using Lstm.Cli.Bench.Service.Load;

namespace Lstm.Cli.Tests.Bench.Service;

/// <summary>The generator against both real servers: everything is answered, and rightly.</summary>
public class BenchServerTests
{
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(400);

    public static TheoryData<string> Servers => [BenchServer.Ours, BenchServer.Incumbent];

    [Theory]
    [MemberData(nameof(Servers))]
    public async Task RunAsync_EveryShape_IsAnsweredRightly(string name)
    {
        LoadShape[] shapes =
        [
            new(1, 1),
            new(10, 3, Connections: 2), // Streams of three and four sessions.
            new(10, 3, Window: 7),
            new(4, 2, Chunk: 5),
            new(10, 2, Rate: 500),
        ];
        using var models = new BenchModels(["nyc-taxi", "lstm-12"]);
        await using BenchServer server = await BenchServer.StartAsync(name, models, shapes, CancellationToken.None);

        foreach (LoadShape shape in shapes)
        {
            foreach (string model in models.Names)
            {
                LoadFigures figures = await server.RunAsync(shape, model, models, Short, CancellationToken.None);

                Assert.True(figures.Messages > 0 && figures.Steps == figures.Messages * shape.Chunk, $"{shape}: {figures}");
                Assert.True(figures.ComparedSteps > 0 && figures.Latency.Count > 0, $"{shape}: {figures}");
                if (name == BenchServer.Ours)
                    Assert.Equal(0, figures.Difference); // Law 2: the engine's bits.
            }
        }
    }

    [Theory]
    [MemberData(nameof(Servers))]
    public async Task RunAsync_Batches_AreAnsweredRightly(string name)
    {
        LoadShape[] shapes = [new(10, 2, Batch: 5), new(10, 1, Batch: 4, Window: 2), new(10, 1, Batch: 10, Rate: 100)];
        using var models = new BenchModels(["nyc-taxi"]);
        await using BenchServer server = await BenchServer.StartAsync(name, models, shapes, CancellationToken.None);

        foreach (LoadShape shape in shapes)
        {
            LoadFigures figures = await server.RunAsync(shape, "nyc-taxi", models, Short, CancellationToken.None);

            Assert.True(figures.Messages > 0 && figures.Steps > figures.Messages, $"{shape}: {figures}");
        }
    }
}
