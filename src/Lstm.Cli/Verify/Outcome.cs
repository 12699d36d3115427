namespace Lstm.Cli.Verify;

/// <summary>What came of comparing.</summary>
internal enum Outcome
{
    /// <summary>Every value is within its tolerance.</summary>
    Same,

    /// <summary>A value is not, or the engine reads the file differently.</summary>
    Different,

    /// <summary>Every value is within its tolerance, but both sides carried states that only the engine named.</summary>
    Unconfirmed,

    /// <summary>There is nothing to compare with, or the references cannot be read.</summary>
    NotCompared,

    /// <summary>The engine refuses the file.</summary>
    Refused,
}
