namespace Lstm.Service.Rest.Bodies;

/// <summary>Whole sequences to predict, together.</summary>
internal sealed record PredictBody
{
    /// <summary>At least one; they may differ in length.</summary>
    public SequenceBody[]? Sequences { get; init; }

    /// <summary>"state": also the state after each sequence.</summary>
    public string[]? Want { get; init; }
}
