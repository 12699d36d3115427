namespace Lstm.OnnxRuntime.Tests.RandomGraphs;

/// <summary>How a random graph shows its states.</summary>
internal enum StateForm
{
    /// <summary>Not at all: it starts where the file says.</summary>
    Hidden,

    /// <summary>An input [1, B, H] each.</summary>
    Each,

    /// <summary>An input [B, H] each.</summary>
    EachFlat,

    /// <summary>An input [B, 1, H] each.</summary>
    EachBatchFirst,

    /// <summary>Rows of one input [N, B, H].</summary>
    Rows,

    /// <summary>Columns of one input [B, N, H].</summary>
    Columns,

    /// <summary>Rows of one input [N, 1, B, H].</summary>
    Deep,

    /// <summary>Features of one input [B, sum of H].</summary>
    Features,
}
