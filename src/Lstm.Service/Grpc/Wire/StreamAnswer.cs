using Lstm.Service.Sessions;
using Lstm.V1;

namespace Lstm.Service.Grpc.Wire;

/// <summary>
/// A message to a client's stream: outputs that are still where the model put them and faults, or a generated message. One a stream, used again for every answer.
/// </summary>
internal sealed class StreamAnswer
{
    private readonly StreamReply _reply = new();

    /// <summary>The generated message; null when outputs and faults of <see cref="Steps"/> are the answer.</summary>
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

    /// <summary>Bytes of the packed whole numbers of the outputs.</summary>
    public int IntegersLength { get; private set; }

    /// <summary>Bytes of the packed handles whose step had been done before; of a batch.</summary>
    public int ReplayedLength { get; private set; }

    /// <summary>Bytes of the faults, with their tags and lengths; of a batch.</summary>
    public int FaultsLength { get; private set; }

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

    /// <summary>Answers with the outputs of one session, or with its fault.</summary>
    /// <param name="steps">The steps.</param>
    /// <param name="n">Which; neither state nor gates are wanted, or it has a fault, which can be told.</param>
    public void Set(StepGroup steps, int n)
    {
        (Message, Steps, Only) = (null, steps, n);
        ref readonly var entry = ref steps[n];
        OutputsLength = entry.Fault is null ? entry.Count * OutputSize(steps) * sizeof(float) : 0;
        IntegersLength = entry.Fault is null ? MeasureIntegers(steps, n) : 0;
        InnerLength = entry.Fault is not null
            ? FaultWriter.Measure(entry)
            : ProtoSize.OfInteger(entry.DoneStep) + ProtoSize.OfInteger((uint)entry.Count) + ProtoSize.OfBytes(OutputsLength) + ProtoSize.OfInteger(entry.Replayed ? 1u : 0) + ProtoSize.OfBytes(IntegersLength);
        Length = ProtoSize.OfInteger(entry.Handle) + ProtoSize.OfBytes(InnerLength);
    }

    /// <summary>Answers with the outputs of all sessions in one message, and with the faults of those that have one.</summary>
    /// <param name="steps">The steps; their faults can be told.</param>
    /// <returns>Sessions that have stepped.</returns>
    public int Set(StepGroup steps)
    {
        (Message, Steps, Only) = (null, steps, -1);
        int handles = 0, numbers = 0, outputs = 0, integers = 0, replayed = 0, faults = 0, stepped = 0;
        for (int n = 0; n < steps.Count; n++)
        {
            ref readonly var entry = ref steps[n];
            if (entry.Fault is not null)
            {
                faults += ProtoSize.OfBytes(ProtoSize.OfInteger(entry.Handle) + ProtoSize.OfBytes(FaultWriter.Measure(entry)));
                continue;
            }

            stepped++;
            handles += ProtoSize.OfVarint(entry.Handle);
            numbers += ProtoSize.OfVarint(entry.DoneStep);
            outputs += entry.Count;
            integers += MeasureIntegers(steps, n);
            replayed += entry.Replayed ? ProtoSize.OfVarint(entry.Handle) : 0;
        }

        (HandlesLength, NumbersLength, OutputsLength, ReplayedLength, FaultsLength) = (handles, numbers, outputs * OutputSize(steps) * sizeof(float), replayed, faults);
        IntegersLength = integers;
        InnerLength = ProtoSize.OfBytes(handles) + ProtoSize.OfBytes(numbers) + ProtoSize.OfBytes(OutputsLength) + ProtoSize.OfBytes(replayed) + faults + ProtoSize.OfBytes(integers);
        Length = ProtoSize.OfBytes(InnerLength);
        return stepped;
    }

    private static int OutputSize(StepGroup steps) => steps.Model?.OutputSize ?? 0;

    private static int MeasureIntegers(StepGroup steps, int n)
    {
        int length = 0;
        if (steps.Model is not { OutputIntegers: { Count: > 0 } places })
            return length;
        for (var rows = steps.Y(n).Span; rows.Length > 0; rows = rows[steps.OutputWords..])
        {
            for (int i = 0; i < places.Count; i++)
                length += ProtoSize.OfVarint((ulong)places.Read(rows, i));
        }

        return length;
    }
}
