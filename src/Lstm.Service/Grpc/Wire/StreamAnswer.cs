using Lstm.Service.Sessions;
using Lstm.V1;

namespace Lstm.Service.Grpc.Wire;

/// <summary>
/// A message to a client's stream: outputs that are still where the model put them, or a generated message. One a stream, used again for every answer.
/// </summary>
internal sealed class StreamAnswer
{
    private readonly StreamReply _reply = new();

    /// <summary>The generated message; null when the outputs of <see cref="Steps"/> are the answer.</summary>
    public StreamReply? Message { get; private set; }

    /// <summary>The steps that are answered.</summary>
    public StepGroup Steps { get; private set; } = new();

    /// <summary>Which of the steps; -1: all, in one message.</summary>
    public int Only { get; private set; }

    /// <summary>Bytes of the whole message.</summary>
    public int Length { get; private set; }

    /// <summary>Bytes of what <see cref="StreamReply"/> carries.</summary>
    public int InnerLength { get; private set; }

    /// <summary>Bytes of the packed handles; of a batch.</summary>
    public int HandlesLength { get; private set; }

    /// <summary>Bytes of the packed numbers of steps; of a batch.</summary>
    public int NumbersLength { get; private set; }

    /// <summary>Bytes of the packed outputs.</summary>
    public int OutputsLength { get; private set; }

    /// <summary>Answers with a generated message.</summary>
    /// <param name="handle">The handle that it is about, or 0.</param>
    /// <returns>The message, to be filled; <see cref="Seal"/> it then.</returns>
    public StreamReply Begin(uint handle)
    {
        Message = _reply;
        _reply.Handle = handle;
        return _reply;
    }

    /// <summary>Notes that the generated message is complete.</summary>
    public void Seal() => Length = _reply.CalculateSize();

    /// <summary>Answers with the outputs of one session.</summary>
    /// <param name="steps">The steps.</param>
    /// <param name="n">Which; it has stepped and neither state nor gates are wanted.</param>
    public void Set(StepGroup steps, int n)
    {
        (Message, Steps, Only) = (null, steps, n);
        ref readonly var entry = ref steps[n];
        OutputsLength = entry.Count * steps.OutputSize * sizeof(float);
        InnerLength = StreamAnswerWriter.MeasureResult(entry, OutputsLength);
        Length = StreamAnswerWriter.MeasureInteger(entry.Handle) + StreamAnswerWriter.MeasureBytes(InnerLength);
    }

    /// <summary>Answers with the outputs of all sessions in one message.</summary>
    /// <param name="steps">The steps; each has been done, and for the first time.</param>
    public void Set(StepGroup steps)
    {
        (Message, Steps, Only) = (null, steps, -1);
        int handles = 0, numbers = 0;
        for (int n = 0; n < steps.Count; n++)
        {
            ref readonly var entry = ref steps[n];
            handles += StreamAnswerWriter.MeasureVarint(entry.Handle);
            numbers += StreamAnswerWriter.MeasureVarint(entry.DoneStep);
        }

        (HandlesLength, NumbersLength, OutputsLength) = (handles, numbers, steps.Count * steps.OutputSize * sizeof(float));
        InnerLength = StreamAnswerWriter.MeasureBytes(handles) + StreamAnswerWriter.MeasureBytes(numbers) + StreamAnswerWriter.MeasureBytes(OutputsLength);
        Length = StreamAnswerWriter.MeasureBytes(InnerLength);
    }
}
