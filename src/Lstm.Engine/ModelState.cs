namespace Lstm.Engine;

/// <summary>The state of one session: h and c of every recurrent layer, after the last step.</summary>
/// <remarks>Not synchronised: one step at a time. <see cref="ModelInfo.States"/> says what lies where.</remarks>
public sealed class ModelState
{
    private readonly float[] _initial;

    internal ModelState(Model model, float[] initial, SessionContext? context = null)
    {
        Model = model;
        _initial = initial;
        Row = new StateRow([.. initial], 0, context);
    }

    /// <summary>The model that this state belongs to.</summary>
    public Model Model { get; }

    /// <summary>What it was made with and keeps beside its values; empty where <see cref="ModelInfo.States"/> has it all.</summary>
    public IReadOnlyList<SessionInput> Inputs => Row.Context?.Inputs ?? [];

    /// <summary>Where the state lies.</summary>
    internal StateRow Row { get; }

    /// <summary>The state itself, [state_size].</summary>
    internal Span<float> Values => Row.Span(_initial.Length);

    /// <summary>Copies the state out.</summary>
    /// <param name="destination">[state_size], laid out as <see cref="ModelInfo.States"/>.</param>
    /// <exception cref="ArgumentException">The length differs.</exception>
    public void CopyTo(Span<float> destination)
    {
        Throw.IfLengthDiffers(destination.Length, Values.Length, "state_size", nameof(destination));
        Values.CopyTo(destination);
    }

    /// <summary>Replaces the state.</summary>
    /// <param name="source">[state_size], laid out as <see cref="ModelInfo.States"/>.</param>
    /// <exception cref="ArgumentException">The length differs.</exception>
    public void CopyFrom(ReadOnlySpan<float> source)
    {
        Throw.IfLengthDiffers(source.Length, Values.Length, "state_size", nameof(source));
        source.CopyTo(Values);
    }

    /// <summary>Back to what the network starts from.</summary>
    public void Reset() => _initial.CopyTo(Values);
}
