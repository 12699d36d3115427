namespace Lstm.Engine;

/// <summary>What loading one model may take, so that no file hangs a server or takes its memory.</summary>
public sealed record LoadLimits
{
    /// <summary>The defaults: 30 s and 1 GiB.</summary>
    public static LoadLimits Default { get; } = new();

    /// <summary>The longest time.</summary>
    public TimeSpan MaxTime { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The most bytes of memory: file, constants, weights, and what they are turned into on the way.</summary>
    public long MaxMemoryBytes { get; init; } = 1L << 30;
}
