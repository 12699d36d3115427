namespace Lstm.Engine;

/// <summary>What stands behind a fault, so that a caller knows whether another backend may try.</summary>
public enum ModelFaultKind
{
    /// <summary>The file is damaged or contradicts itself: no backend should run it.</summary>
    Wrong,

    /// <summary>The native engine cannot do it; another one may.</summary>
    Unsupported,

    /// <summary>It can be done over a whole sequence, but not one timestep at a time.</summary>
    NotStreamable,

    /// <summary>Loading takes more time or memory than it may: no other backend is tried.</summary>
    Limit,
}
