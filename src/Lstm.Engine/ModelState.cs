namespace Lstm.Engine;

/// <summary>The state of one session: c and h of every recurrent layer, after the last step.</summary>
/// <remarks>Not synchronised: one step at a time. <see cref="ModelInfo.States"/> says what lies where.</remarks>
public sealed class ModelState
{
    /// <summary>The model that this state belongs to.</summary>
    public Model Model => throw new NotImplementedException();

    /// <summary>Copies the state out.</summary>
    /// <param name="destination">[state_size], laid out as <see cref="ModelInfo.States"/>.</param>
    public void CopyTo(Span<float> destination) => throw new NotImplementedException();

    /// <summary>Replaces the state.</summary>
    /// <param name="source">[state_size], laid out as <see cref="ModelInfo.States"/>.</param>
    public void CopyFrom(ReadOnlySpan<float> source) => throw new NotImplementedException();

    /// <summary>Back to what the network starts from.</summary>
    public void Reset() => throw new NotImplementedException();
}
