namespace Lstm.Cli.Bench.Service;

/// <summary>A load of a model that every server gets.</summary>
/// <param name="Model">Name of the model.</param>
/// <param name="Shape">What is sent; where <paramref name="ShareOfIncumbent"/> is given, its rate is not known yet.</param>
/// <param name="ShareOfIncumbent">The rate as a share of the messages a second that the incumbent manages in the first case of the model; null: as the shape says.</param>
internal sealed record BenchCase(string Model, LoadShape Shape, double? ShareOfIncumbent = null)
{
    private const int Sessions = 1000;

    /// <summary>The standard set: 1,000 sessions, one step a message; 250 and 1,000 of them in a message; and how long a step takes under half the incumbent's load.</summary>
    /// <param name="model">Name of the model.</param>
    /// <returns>The cases; the first one decides the rate of the last.</returns>
    public static IReadOnlyList<BenchCase> Standard(string model) =>
    [
        new(model, new LoadShape(Sessions, Streams: 50)),
        new(model, new LoadShape(Sessions, Streams: 4, Batch: 250)),
        new(model, new LoadShape(Sessions, Streams: 1, Batch: 1000, Window: 2)), // The second message is on its way while the first runs.
        new(model, new LoadShape(Sessions, Streams: 50), ShareOfIncumbent: 0.5),
    ];
}
