namespace Lstm.Engine.Tests.Laws;

/// <summary>What a session left behind: hashes of everything that could be seen of it.</summary>
/// <param name="Outputs">y of every step.</param>
/// <param name="States">The state after every step; 0 where a run does not show it.</param>
/// <param name="Last">The state after the last step.</param>
internal readonly record struct Trail(ulong Outputs, ulong States, ulong Last)
{
    /// <inheritdoc/>
    public override string ToString() => $"y {Outputs:x16}, states {States:x16}, last state {Last:x16}";

    /// <summary>The same without the states in between.</summary>
    public Trail AtTheEnd() => this with { States = 0 };
}
