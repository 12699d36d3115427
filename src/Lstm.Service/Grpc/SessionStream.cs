using System.Globalization;
using Grpc.Core;
using Lstm.Service.Errors;
using Lstm.Service.Grpc.Wire;
using Lstm.Service.Observability;
using Lstm.Service.Options;
using Lstm.Service.Sessions;
using Lstm.V1;

namespace Lstm.Service.Grpc;

/// <summary>One bidirectional stream: reads requests, runs together what arrived together, answers in the order of the requests.</summary>
internal sealed class SessionStream(SessionRegistry sessions, string tenant, CallBoundary boundary, GrpcOptions options, LstmMeter meter)
{
    // Replies that may wait for each other: about what one flush sends at once. A client that never pauses gets its replies all the same.
    private const int MostUnsentBytes = 16 << 10;

    private static readonly WriteOptions Later = new(WriteFlags.BufferHint);
    private static readonly WriteOptions Now = new();

    private readonly StreamHandles _handles = new(tenant);

    // Used again for every reply.
    private readonly StreamAnswer _answer = new();
    private readonly StepResult _result = new();
    private int _unsentBytes;
    private long _steps;
    private long _opened;

    /// <summary>Answers requests in their order until the client is done, goes away, or the service stops. The sessions live on.</summary>
    /// <param name="requests">From the client.</param>
    /// <param name="replies">To the client.</param>
    /// <param name="gone">Cancelled when the client goes away.</param>
    /// <param name="stopping">Cancelled when the service stops.</param>
    /// <returns>Completes when the client is done.</returns>
    /// <exception cref="LstmException">STREAM_NOT_OPENED or SHUTTING_DOWN.</exception>
    public async Task RunAsync(IAsyncStreamReader<StreamMessage> requests, IServerStreamWriter<StreamAnswer> replies, CancellationToken gone, CancellationToken stopping)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(gone, stopping);
        // Not disposed of: it holds nothing, and an iterator of the compiler refuses while a read is under way, as one is when a reply fails.
        var messages = requests.ReadAllAsync(end.Token).GetAsyncEnumerator(CancellationToken.None);
        meter.StreamChanged(1);
        try
        {
            bool first = true;
            var next = messages.MoveNextAsync();
            while (await next)
            {
                var request = messages.Current;
                if (first && request.Kind != StreamRequest.KindOneofCase.Open)
                    throw request.Fault ?? NotOpened(request.Kind);
                first = false;
                if (request.Kind == StreamRequest.KindOneofCase.Step)
                {
                    _handles.Begin(request);
                    request.Return();
                    next = Gather(messages);
                    await _handles.Steps.RunAsync();
                    boundary.Refused(_handles.Steps);
                    for (int n = 0; n < _handles.Steps.Count; n++)
                    {
                        Answer(n);
                        await ReplyAsync(replies, more: n < _handles.Steps.Count - 1 || next.IsCompleted);
                    }
                }
                else
                {
                    await AnswerAsync(request);
                    request.Return();
                    next = messages.MoveNextAsync();
                    var replied = ReplyAsync(replies, more: next.IsCompleted);
                    // The answer is bytes now, and a client that does not read it must not have thousands of faults kept.
                    if (_handles.Steps.HasFaults)
                        _handles.Steps.Clear();
                    await replied;
                }
            }
        }
        catch (Exception e) when (stopping.IsCancellationRequested && !gone.IsCancellationRequested && e is OperationCanceledException or RpcException { StatusCode: StatusCode.Cancelled })
        {
            throw Throw.ShuttingDown();
        }
        finally
        {
            meter.StreamChanged(-1);
            meter.HandlesChanged(-_handles.Count);
            RequestSpan.Did(_steps, _opened);
        }
    }

    // Takes into the round what has arrived and can run together; gives the read of the message after these.
    private ValueTask<bool> Gather(IAsyncEnumerator<StreamMessage> messages)
    {
        while (true)
        {
            var next = messages.MoveNextAsync();
            if (!next.IsCompletedSuccessfully)
                return next;
            // A result is to be taken once; from here on it is a value.
            bool found = next.Result;
            if (!found || messages.Current is not { Kind: StreamRequest.KindOneofCase.Step } also || !_handles.TryJoin(also))
                return new(found);
            also.Return();
        }
    }

    // Replies are sent when there is nothing more to answer, or enough of them: one flush for all that came together.
    private Task ReplyAsync(IServerStreamWriter<StreamAnswer> replies, bool more)
    {
        _unsentBytes += _answer.Length;
        bool later = more && _unsentBytes < MostUnsentBytes;
        _unsentBytes = later ? _unsentBytes : 0;
        replies.WriteOptions = later ? Later : Now;
        return replies.WriteAsync(_answer);
    }

    private void Answer(int n)
    {
        var group = _handles.Steps;
        ref readonly var entry = ref group[n];
        if (entry.Fault is null)
            _steps += entry.Count;
        if (entry.Fault is not null || (!entry.WantState && !entry.WantGates))
        {
            _answer.Set(group, n);
            return;
        }

        ProtoMessages.Write(group, n, entry.Session!.Model, _result); // not null: without a session there is a fault
        _answer.Begin(entry.Handle).Result = _result;
        _answer.Seal();
    }

    private async ValueTask AnswerAsync(StreamMessage request)
    {
        try
        {
            switch (request.Kind)
            {
                case StreamRequest.KindOneofCase.Batch:
                    await StepAsync(request);
                    return;
                case StreamRequest.KindOneofCase.Open:
                    Open(request.Other!.Open); // not null: neither step nor batch
                    break;
                case StreamRequest.KindOneofCase.Close:
                    await CloseAsync(request.Other!.Close); // as above
                    break;
                default:
                    throw request.Fault ?? new LstmException(ErrorCode.StreamRequestEmpty, "Expected a message with open, step, batch or close but got one with none of them.");
            }
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            _answer.Begin(request.Other is { } other ? HandleOf(other) : 0).Error = ToError(e);
        }

        _answer.Seal();
    }

    private static uint HandleOf(StreamRequest request) => request.KindCase switch
    {
        StreamRequest.KindOneofCase.Open => request.Open.Handle,
        StreamRequest.KindOneofCase.Close => request.Close.Handle,
        _ => 0,
    };

    private async ValueTask StepAsync(StreamMessage batch)
    {
        _handles.BeginBatch(batch, options.MaxSessionsPerMessage);
        var group = _handles.Steps;
        await group.RunAsync();
        boundary.Refused(group);
        _steps += _answer.Set(group);
    }

    private void Open(StreamOpen open)
    {
        if (_handles.Find(open.Handle) is { } taken)
            throw new LstmException(
                ErrorCode.HandleInUse, $"Handle {open.Handle} is taken on this stream by session '{taken.Id}'. Choose a free one or close it first.",
                ("handle", Text(open.Handle)), ("session_id", taken.Id));
        if (_handles.Count >= options.MaxHandlesPerStream)
            throw new LstmException(
                ErrorCode.TooManyHandles,
                $"{options.MaxHandlesPerStream} handles are open on this stream, as many as allowed (Lstm:Grpc:MaxHandlesPerStream). Close some or use another stream.",
                ("handle", Text(open.Handle)), ("max_handles", Text(options.MaxHandlesPerStream)));
        var session = sessions.Open(open.SessionId, open.Model, ProtoMessages.Read(open.Mode), ProtoMessages.Read(open.Inputs), out bool resumed);
        _handles.Open(open.Handle, session);
        _opened++;
        meter.HandlesChanged(1);
        if (_opened == 1)
            RequestSpan.IsAbout(session.Id, session.Model.Name);
        _answer.Begin(open.Handle).Opened = ProtoMessages.Write(session.Describe(resumed));
    }

    private async ValueTask CloseAsync(StreamClose close)
    {
        var session = _handles.Find(close.Handle) ?? throw Throw.HandleNotOpen(close.Handle);
        // A session that ended otherwise is told, and its handle is free all the same.
        _handles.Close(close.Handle);
        meter.HandlesChanged(-1);
        if (!close.EndSession && session.End is { } end)
            throw end.ToException();
        var snapshot = close.EndSession ? await sessions.CloseAsync(session) : session.Describe();
        _answer.Begin(close.Handle).Closed = ProtoMessages.Write(snapshot);
    }

    private Error ToError(Exception e)
    {
        if (e is not LstmException fault)
            return GrpcFault.ToError(boundary.Unexpected(e, "Stream"));
        boundary.Refused(fault);
        return GrpcFault.ToError(fault);
    }

    private static LstmException NotOpened(StreamRequest.KindOneofCase found) => new(
        ErrorCode.StreamNotOpened, $"Expected open as the first message of the stream but got {found switch
        {
            StreamRequest.KindOneofCase.Step => "step",
            StreamRequest.KindOneofCase.Batch => "batch",
            StreamRequest.KindOneofCase.Close => "close",
            _ => "an empty message",
        }}. Open a session first.");

    private static string Text(IFormattable value) => value.ToString(null, CultureInfo.InvariantCulture);
}
