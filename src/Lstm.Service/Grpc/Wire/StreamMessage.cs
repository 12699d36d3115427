using Lstm.Service.Errors;
using Lstm.V1;
using Microsoft.Extensions.ObjectPool;

namespace Lstm.Service.Grpc.Wire;

/// <summary>
/// A message of a client's stream: a step or a batch as plain values, anything else as the generated message. Rented by
/// <see cref="StreamMessageReader"/> and given back by who has read it, so that a step allocates nothing.
/// </summary>
internal sealed class StreamMessage
{
    // One may be held for every stream that reads ahead; each keeps some kilobytes at most.
    private const int MostKept = 1024;
    private static readonly DefaultObjectPool<StreamMessage> Pool = new(new DefaultPooledObjectPolicy<StreamMessage>(), MostKept);

    private RentedArray<float> _x = new();
    private RentedArray<long> _integers = new();
    private RentedArray<uint> _handles = new();
    private RentedArray<ulong> _steps = new();

    /// <summary>What it is.</summary>
    public StreamRequest.KindOneofCase Kind { get; set; }

    /// <summary>The message when it is neither step nor batch.</summary>
    public StreamRequest? Other { get; private set; }

    /// <summary>Why it was not read, when it is none of the kinds.</summary>
    public LstmException? Fault { get; private set; }

    /// <summary>Of a step: its handle.</summary>
    public uint Handle { get; set; }

    /// <summary>Of a step: its number, or 0.</summary>
    public ulong Step { get; set; }

    /// <summary>Of a step: how many steps; 0 means 1.</summary>
    public uint Count { get; set; }

    /// <summary>Of a step: h and c are wanted.</summary>
    public bool WantState { get; set; }

    /// <summary>Of a step: the gates are wanted.</summary>
    public bool WantGates { get; set; }

    /// <summary>Of a step [count, input_size], of a batch [sessions, input_size].</summary>
    public ref RentedArray<float> X => ref _x;

    /// <summary>The values of the integer and boolean inputs, when they came apart; <see cref="X"/> has the others then.</summary>
    public ref RentedArray<long> Integers => ref _integers;

    /// <summary>Of a batch: the handles.</summary>
    public ref RentedArray<uint> Handles => ref _handles;

    /// <summary>Of a batch: the number of each session's step; empty for none.</summary>
    public ref RentedArray<ulong> Steps => ref _steps;

    /// <summary>Takes an empty one.</summary>
    /// <returns>To be given back with <see cref="Return"/>; one that is not is collected.</returns>
    public static StreamMessage Rent() => Pool.Get();

    /// <summary>Gives it back; it must not be read any more.</summary>
    public void Return()
    {
        Clear();
        Pool.Return(this);
    }

    /// <summary>Forgets what it held.</summary>
    public void Clear()
    {
        (Other, Fault) = (null, null);
        Kind = StreamRequest.KindOneofCase.None;
        (Handle, Step, Count, WantState, WantGates) = (0, 0, 0, false, false);
        _x.Clear();
        _integers.Clear();
        _handles.Clear();
        _steps.Clear();
    }

    /// <summary>Becomes a message that is answered with a fault.</summary>
    /// <param name="fault">The fault.</param>
    public void Refuse(LstmException fault)
    {
        Clear();
        Fault = fault;
    }

    /// <summary>Takes the generated message's values.</summary>
    /// <param name="request">The message.</param>
    public void Set(StreamRequest request)
    {
        Clear();
        Kind = request.KindCase;
        switch (Kind)
        {
            case StreamRequest.KindOneofCase.Step:
                var step = request.Step;
                (Handle, Step, Count, WantState, WantGates) = (step.Handle, step.Step, step.Count, step.WantState, step.WantGates);
                _x.Set(step.X);
                _integers.Set(step.XIntegers);
                break;
            case StreamRequest.KindOneofCase.Batch:
                _handles.Set(request.Batch.Handles);
                _steps.Set(request.Batch.Steps);
                _x.Set(request.Batch.X);
                _integers.Set(request.Batch.XIntegers);
                break;
            default:
                Other = request;
                break;
        }
    }
}
