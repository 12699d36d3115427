using System.Globalization;
using Grpc.Core;
using Lstm.Service.Errors;
using Lstm.Service.Observability;
using Lstm.Service.Options;
using Lstm.Service.Sessions;
using Lstm.V1;

namespace Lstm.Service.Grpc;

/// <summary>One bidirectional stream: reads requests, runs together what arrived together, answers in the order of the requests.</summary>
internal sealed class SessionStream(SessionRegistry sessions, CallBoundary boundary, GrpcOptions options, LstmMeter meter)
{
    // Replies that may wait for each other: about what one flush sends at once. A client that never pauses gets its replies all the same.
    private const int MostUnsentBytes = 16 << 10;

    private static readonly WriteOptions Later = new(WriteFlags.BufferHint);
    private static readonly WriteOptions Now = new();

    private readonly StreamHandles _handles = new();

    // Used again for every reply.
    private readonly StepResult _result = new();
    private readonly BatchResult _batch = new();
    private readonly StreamReply _reply = new();
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
    public async Task RunAsync(IAsyncStreamReader<StreamRequest> requests, IServerStreamWriter<StreamReply> replies, CancellationToken gone, CancellationToken stopping)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(gone, stopping);
        meter.StreamChanged(1);
        try
        {
            bool first = true;
            var next = requests.MoveNext(end.Token);
            while (await next)
            {
                var request = requests.Current;
                if (first && request.KindCase != StreamRequest.KindOneofCase.Open)
                    throw NotOpened(request.KindCase);
                first = false;
                if (request.KindCase == StreamRequest.KindOneofCase.Step)
                {
                    _handles.Begin(request.Step);
                    next = requests.MoveNext(end.Token);
                    while (next.IsCompletedSuccessfully && next.Result && requests.Current is { KindCase: StreamRequest.KindOneofCase.Step } also && _handles.TryJoin(also.Step))
                        next = requests.MoveNext(end.Token);
                    await _handles.Steps.RunAsync();
                    for (int n = 0; n < _handles.Steps.Count; n++)
                    {
                        Answer(n);
                        await ReplyAsync(replies, more: n < _handles.Steps.Count - 1 || next.IsCompleted);
                    }
                }
                else
                {
                    await AnswerAsync(request);
                    next = requests.MoveNext(end.Token);
                    await ReplyAsync(replies, more: next.IsCompleted);
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

    // Replies are sent when there is nothing more to answer, or enough of them: one flush for all that came together.
    private Task ReplyAsync(IServerStreamWriter<StreamReply> replies, bool more)
    {
        _unsentBytes += _reply.CalculateSize();
        bool later = more && _unsentBytes < MostUnsentBytes;
        _unsentBytes = later ? _unsentBytes : 0;
        replies.WriteOptions = later ? Later : Now;
        return replies.WriteAsync(_reply);
    }

    private void Answer(int n)
    {
        var group = _handles.Steps;
        ref readonly var entry = ref group[n];
        _reply.Handle = entry.Handle;
        if (entry.Fault is not null || entry.Session is not { } session)
        {
            _reply.Error = ToError(entry.Fault!, entry.Step); // not null: without a session there is a fault
            return;
        }

        _steps += entry.Count;
        ProtoMessages.Write(group, n, session.Model, _result);
        _reply.Result = _result;
    }

    private async ValueTask AnswerAsync(StreamRequest request)
    {
        _reply.Handle = 0;
        try
        {
            switch (request.KindCase)
            {
                case StreamRequest.KindOneofCase.Batch:
                    await StepAsync(request.Batch);
                    break;
                case StreamRequest.KindOneofCase.Open:
                    Open(request.Open);
                    break;
                case StreamRequest.KindOneofCase.Close:
                    await CloseAsync(request.Close);
                    break;
                default:
                    throw new LstmException(ErrorCode.StreamRequestEmpty, "Expected a message with open, step, batch or close but got one with none of them.");
            }
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            _reply.Error = ToError(e, 0);
        }
    }

    private async ValueTask StepAsync(StreamBatch batch)
    {
        _handles.Begin(batch, options.MaxSessionsPerMessage);
        await _handles.Steps.RunAsync();
        ProtoMessages.Write(_handles.Steps, ToError, _batch);
        _steps += _batch.Handles.Count;
        _reply.Batch = _batch;
    }

    private void Open(StreamOpen open)
    {
        _reply.Handle = open.Handle;
        if (_handles.Find(open.Handle) is { } taken)
            throw new LstmException(
                ErrorCode.HandleInUse, $"Handle {open.Handle} is taken on this stream by session '{taken.Id}'. Choose a free one or close it first.",
                ("handle", Text(open.Handle)), ("session_id", taken.Id));
        if (_handles.Count >= options.MaxHandlesPerStream)
            throw new LstmException(
                ErrorCode.TooManyHandles,
                $"{options.MaxHandlesPerStream} handles are open on this stream, as many as allowed (Lstm:Grpc:MaxHandlesPerStream). Close some or use another stream.",
                ("handle", Text(open.Handle)), ("max_handles", Text(options.MaxHandlesPerStream)));
        var session = sessions.Open(open.SessionId, open.Model, ProtoMessages.Read(open.Mode), out bool resumed);
        _handles.Open(open.Handle, session);
        _opened++;
        meter.HandlesChanged(1);
        if (_opened == 1)
            RequestSpan.IsAbout(session.Id, session.Model.Name);
        _reply.Opened = ProtoMessages.Write(session.Describe(resumed));
    }

    private async ValueTask CloseAsync(StreamClose close)
    {
        _reply.Handle = close.Handle;
        var session = _handles.Find(close.Handle) ?? throw Throw.HandleNotOpen(close.Handle);
        // A session that ended otherwise is told, and its handle is free all the same.
        _handles.Close(close.Handle);
        meter.HandlesChanged(-1);
        if (!close.EndSession && session.End is { } end)
            throw end.ToException();
        _reply.Closed = ProtoMessages.Write(close.EndSession ? await sessions.CloseAsync(session) : session.Describe());
    }

    private Error ToError(Exception e, ulong step)
    {
        if (e is not LstmException fault)
            return GrpcFault.ToError(boundary.Unexpected(e, "Stream"), step);
        boundary.Refused(fault);
        return GrpcFault.ToError(fault, step);
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
