namespace Lstm.OnnxRuntime.Tests.RandomGraphs;

/// <summary>A value of a random graph: its leading axes are time and batch, the others features.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Layout">Its leading axes.</param>
/// <param name="Features">Lengths of the axes of features.</param>
internal sealed record GraphValue(string Name, GraphLayout Layout, params int[] Features)
{
    /// <summary>Axes before the features.</summary>
    public int Leading => Layout == GraphLayout.Last ? 1 : 2;

    public int Rank => Leading + Features.Length;

    /// <summary>Values per timestep and session.</summary>
    public int Size => Features.Aggregate(1, static (product, n) => product * n);

    public int LastFeature => Features[^1];

    /// <summary>Axis of time, −1 for none.</summary>
    public int Time => Layout switch { GraphLayout.TimeFirst => 0, GraphLayout.BatchFirst => 1, _ => -1 };

    public int Batch => Layout == GraphLayout.TimeFirst ? 1 : 0;

    /// <summary>As <see cref="Lstm.Tests.Shared.Onnx.OnnxBuilder"/> takes shapes.</summary>
    public string Shape => string.Join(' ', [.. Layout switch { GraphLayout.TimeFirst => ["T", "B"], GraphLayout.BatchFirst => (string[])["B", "T"], _ => ["B"] }, .. Features]);

    /// <summary>Another name for the same shape.</summary>
    public GraphValue Named(string name) => this with { Name = name };

    /// <summary>Another name and other features.</summary>
    public GraphValue With(string name, params int[] features) => new(name, Layout, features);
}

/// <summary>The leading axes of a value: [T, B, …], [B, T, …], or [B, …] of the last timestep.</summary>
internal enum GraphLayout
{
    TimeFirst,
    BatchFirst,
    Last,
}
