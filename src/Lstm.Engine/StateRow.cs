namespace Lstm.Engine;

/// <summary>Where one session's state lies: in an array of its own, or in a slab beside others.</summary>
/// <param name="slab">The array.</param>
/// <param name="offset">Where the state begins, in floats.</param>
/// <param name="context">What the session was given when it opened, where that is no part of the array.</param>
internal readonly struct StateRow(float[] slab, int offset, SessionContext? context = null)
{
    /// <summary>What the session was given when it opened, where that is no part of the state's array; null for nothing.</summary>
    public SessionContext? Context => context;

    /// <summary>The state.</summary>
    /// <param name="size">state_size.</param>
    /// <returns>[state_size], laid out as <see cref="ModelInfo.States"/>.</returns>
    public Span<float> Span(int size) => slab.AsSpan(offset, size);
}
