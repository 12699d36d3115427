namespace Lstm.Engine.Layers;

/// <summary>What is kept of all timesteps so far.</summary>
internal enum RunningKind
{
    /// <summary>Their sum.</summary>
    Sum,

    /// <summary>The sum of their squares.</summary>
    SumOfSquares,

    /// <summary>Their mean.</summary>
    Mean,

    /// <summary>The largest.</summary>
    Max,

    /// <summary>The smallest.</summary>
    Min,
}
