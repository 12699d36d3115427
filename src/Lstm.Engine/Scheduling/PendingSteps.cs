namespace Lstm.Engine.Scheduling;

/// <summary>The steps of one session in a <see cref="StepJob"/>: one for most, several for a chunk.</summary>
internal struct PendingSteps
{
    /// <summary>The session's state; changes when all steps are done.</summary>
    public StateRow State;

    /// <summary>Where the state is meanwhile: a copy for a chunk, which is done as a whole or not at all; else the same.</summary>
    public StateRow Working;

    /// <summary>[count, input_size].</summary>
    public ReadOnlyMemory<float> X;

    /// <summary>[count, output_size].</summary>
    public Memory<float> Y;

    /// <summary>Empty, or [gate_size]: of the last step.</summary>
    public Memory<float> Gates;

    /// <summary>Number of steps.</summary>
    public int Count;

    /// <summary>Steps done; all of them also when they failed.</summary>
    public int Done;

    /// <summary>Why they failed; null when they did not.</summary>
    public Exception? Error;
}
