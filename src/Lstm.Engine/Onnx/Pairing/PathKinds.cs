namespace Lstm.Engine.Onnx.Pairing;

/// <summary>What happens to an input's values on the ways to another value; several ways may differ.</summary>
[Flags]
internal enum PathKinds
{
    /// <summary>There is no way.</summary>
    None = 0,

    /// <summary>Moved only: sliced, joined, reshaped.</summary>
    Moved = 1,

    /// <summary>Scaled or shifted by constants.</summary>
    Scaled = 2,

    /// <summary>Added to what other inputs give: a running sum, or a residual.</summary>
    Added = 4,

    /// <summary>Multiplied by what other inputs give: a mask.</summary>
    Masked = 8,

    /// <summary>Scaled or multiplied, and added to: c' = f·c + i·g, h' = z·h + (1 − z)·n.</summary>
    Gated = 16,

    /// <summary>Through a function of single values, or a reduction.</summary>
    Bent = 32,

    /// <summary>Through a product of matrices, or an operator that nothing is known of.</summary>
    Mixed = 64,

    /// <summary>Through a recurrent node or loop, as its state.</summary>
    Kept = 128,
}
