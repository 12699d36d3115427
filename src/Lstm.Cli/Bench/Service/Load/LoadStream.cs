using System.Runtime.CompilerServices;
using Lstm.Cli.Bench.Http2;
using Lstm.Cli.Bench.Load;
using Lstm.Cli.Bench.Protobuf;
using Lstm.Cli.Bench.Service.Messages;

namespace Lstm.Cli.Bench.Service.Load;

/// <summary>One stream with its sessions: makes requests, compares replies with what has to come.</summary>
internal sealed class LoadStream
{
    private const string Path = "/lstm.v1.Inference/Stream";

    private readonly Http2Connection _connection;
    private readonly Http2Stream _stream;
    private readonly LoadPlan _plan;
    private readonly int _firstSession;
    private readonly int _sessions;
    private readonly int _perMessage;
    private readonly byte[] _message;
    private readonly byte[] _x;
    private readonly AnswerSample?[] _samples;
    private readonly TimeQueue _sent = new();
    private Turn _asking;
    private Turn _answered;
    private ReplyKind _expected = ReplyKind.Opened;
    private int _outstanding;

    /// <summary>Begins the call and opens the sessions; <see cref="IsWaiting"/> is false when all are.</summary>
    /// <param name="connection">Whose stream it is.</param>
    /// <param name="plan">What is sent.</param>
    /// <param name="firstSession">Number of its first session in the run.</param>
    /// <param name="sessions">Number of its sessions.</param>
    public LoadStream(Http2Connection connection, LoadPlan plan, int firstSession, int sessions)
    {
        (_connection, _plan, _firstSession, _sessions) = (connection, plan, firstSession, sessions);
        _perMessage = Math.Max(1, plan.Shape.Batch);
        int inputBytes = plan.Inputs.InputSize * sizeof(float) * Math.Max(_perMessage, plan.Shape.Chunk);
        _message = new byte[StreamRequests.MaxSize(_perMessage, inputBytes)];
        _x = new byte[inputBytes];
        _samples = [.. Enumerable.Range(firstSession, sessions).Select(plan.SampleOf)];
        _asking = _answered = new Turn((sessions + _perMessage - 1) / _perMessage);
        _stream = connection.OpenStream(Path, Take);
        for (int n = 0; n < sessions; n++)
            connection.Write(_stream, StreamRequests.OpenSession((uint)n + 1, plan.SessionId(firstSession + n), plan.Model));
        _outstanding = sessions;
    }

    /// <summary>Told of every step message that is answered: when it was sent and how many steps it held.</summary>
    public required Action<LoadStream, long, int> Answered { get; init; }

    /// <summary>Replies, or the end of the stream, are yet to come.</summary>
    public bool IsWaiting => _outstanding > 0 || _sent.Count > 0 || (_stream.IsClosing && !_stream.HasEnded);

    /// <summary>Messages that each of its sessions may have in flight when all have one.</summary>
    public int Groups => (_sessions + _perMessage - 1) / _perMessage;

    /// <summary>Bytes that flow control holds back.</summary>
    public int HeldBack => _stream.Outgoing.Count;

    /// <summary>Sends the next message.</summary>
    /// <param name="time">When that is, or should have been.</param>
    public void SendNext(long time)
    {
        _expected = ReplyKind.Result;
        _sent.Add(time);
        int length = _plan.Shape.Batch > 0 ? WriteBatch() : WriteSteps();
        _asking.Advance();
        _connection.Write(_stream, _message.AsSpan(0, length));
    }

    /// <summary>Ends the sessions and the call.</summary>
    public void Close()
    {
        _expected = ReplyKind.Closed;
        _outstanding = _sessions;
        for (int n = 0; n < _sessions; n++)
            _connection.Write(_stream, StreamRequests.EndSession((uint)n + 1));
        _connection.Close(_stream);
    }

    private int WriteSteps()
    {
        int chunk = _plan.Shape.Chunk;
        ulong step = _asking.Round * (ulong)chunk + 1;
        return StreamRequests.WriteStep(_message, (uint)_asking.Place + 1, step, _plan.Inputs.InputBytes(_firstSession + _asking.Place, step, chunk), chunk);
    }

    private int WriteBatch()
    {
        var (first, count) = Group(_asking.Place);
        ulong step = _asking.Round + 1;
        int rowBytes = _plan.Inputs.InputSize * sizeof(float);
        for (int n = 0; n < count; n++)
            _plan.Inputs.InputBytes(_firstSession + first + n, step).CopyTo(_x.AsSpan(n * rowBytes));
        return StreamRequests.WriteBatch(_message, (uint)first + 1, count, step, _x.AsSpan(0, count * rowBytes));
    }

    private (int First, int Count) Group(int place) => (place * _perMessage, Math.Min(_perMessage, _sessions - place * _perMessage));

    private void Take(ReadOnlySpan<byte> message)
    {
        var reply = new StreamReply(message);
        if (reply.Kind == ReplyKind.Error)
            throw new LoadException($"The server refused a message for handle {reply.Handle}: {reply.Error()}");
        if (_expected != ReplyKind.Result)
        {
            Expect(reply.Kind == _expected && _outstanding > 0, $"{_expected} but got {reply.Kind}");
            _outstanding--;
            return;
        }

        Expect(_sent.Count > 0, $"nothing, since all requests are answered, but got {reply.Kind}");
        int steps = _plan.Shape.Batch > 0 ? TakeBatch(reply) : TakeSteps(reply);
        _answered.Advance();
        Answered(this, _sent.Take(), steps);
    }

    private int TakeSteps(StreamReply reply)
    {
        int chunk = _plan.Shape.Chunk;
        ulong step = _answered.Round * (ulong)chunk + 1;
        StepAnswer answer = reply.Step();
        Expect(reply.Kind == ReplyKind.Result, $"a step result but got {reply.Kind}");
        Expect(reply.Handle == (uint)_answered.Place + 1 && answer.Step == step && answer.Count == (uint)chunk && !answer.Replayed,
            $"{chunk} new steps from step {step} of handle {_answered.Place + 1} but got {answer.Count} {(answer.Replayed ? "replayed" : "new")} from step {answer.Step} of handle {reply.Handle}");
        ExpectOutputs(answer.Y.Length, chunk);
        _samples[_answered.Place]?.Add(answer.Y);
        return chunk;
    }

    private int TakeBatch(StreamReply reply)
    {
        var (first, count) = Group(_answered.Place);
        BatchAnswer answer = reply.Batch();
        Expect(reply.Kind == ReplyKind.Batch, $"a batch result but got {reply.Kind}");
        Expect(answer.Fault.Length == 0 && !answer.Replayed, $"new steps without a fault but got {(answer.Replayed ? "replayed ones" : answer.Fault)}");
        ExpectOutputs(answer.Y.Length, count);
        ReadOnlySpan<byte> handles = answer.Handles;
        ReadOnlySpan<byte> steps = answer.Steps;
        int rowBytes = _plan.OutputSize * sizeof(float);
        for (int n = 0; n < count; n++)
        {
            ulong handle = ProtoReader.ReadNumber(ref handles);
            ulong step = ProtoReader.ReadNumber(ref steps);
            Expect(handle == (uint)(first + n) + 1 && step == _answered.Round + 1,
                $"step {_answered.Round + 1} of handle {first + n + 1} at place {n} of a batch but got step {step} of handle {handle}");
            _samples[first + n]?.Add(answer.Y.Slice(n * rowBytes, rowBytes));
        }

        Expect(handles.IsEmpty && steps.IsEmpty, $"{count} handles and steps but got more");
        return count;
    }

    private void ExpectOutputs(int bytes, int steps)
    {
        int expected = steps * _plan.OutputSize;
        Expect(bytes == expected * sizeof(float), $"{expected} outputs but got {bytes / sizeof(float)}");
    }

    private static void Expect(bool isSo, [InterpolatedStringHandlerArgument(nameof(isSo))] ref ExpectationText text)
    {
        if (!isSo)
            throw new LoadException($"Expected {text.ToString()} from the server.");
    }
}
