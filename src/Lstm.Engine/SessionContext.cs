namespace Lstm.Engine;

/// <summary>What a session was given when it opened and keeps beside its state; immutable. Backends derive what they need of it.</summary>
/// <param name="inputs">The inputs, complete.</param>
internal class SessionContext(IReadOnlyList<SessionInput> inputs)
{
    /// <summary>The inputs, with their shapes.</summary>
    public IReadOnlyList<SessionInput> Inputs => inputs;

    /// <summary>Values in all of them.</summary>
    public int Count { get; } = inputs.Sum(static i => i.Values.Length);
}
