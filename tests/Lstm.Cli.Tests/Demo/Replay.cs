using Lstm.Cli.Demo;

namespace Lstm.Cli.Tests.Demo;

/// <summary>The demo with the reference's own answers, rounded to float32, in place of a server.</summary>
internal static class Replay
{
    private static readonly string Folder = Path.Combine(Installation.Models, "nyc-taxi");

    public static TaxiSeries Series { get; } = TaxiSeries.Read(Path.Combine(Folder, "nyc_taxi.csv"));

    public static ReferenceTrace Reference { get; } = ReferenceTrace.Read(Path.Combine(Folder, "trace_full.json"));

    public static IReadOnlyList<AnomalyWindow> Windows { get; } = AnomalyWindow.Read(Path.Combine(Folder, "anomaly_windows.json"));

    public static string PathOf(string file) => Path.Combine(Folder, file);

    public static DemoState Run(int? steps = null, Action<DemoState>? afterStep = null)
    {
        var state = new DemoState(Series, Reference, Windows);
        state.Start();
        for (int i = 0; i < (steps ?? Series.Count); i++)
        {
            state.Add([.. Reference[i].ToArray().Select(value => (float)value)], TimeSpan.FromMilliseconds(0.2));
            afterStep?.Invoke(state);
        }

        state.Stop();
        return state;
    }
}
