namespace Lstm.Engine.Kernels;

/// <summary>How panels are walked.</summary>
internal static class Panels
{
    /// <summary>Panels of one session that are computed together: their sums hide each other's latency.</summary>
    public const int Together = 4;
}
