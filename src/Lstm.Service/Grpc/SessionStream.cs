using System.Globalization;
using Grpc.Core;
using Lstm.Service.Errors;
using Lstm.Service.Observability;
using Lstm.Service.Options;
using Lstm.Service.Sessions;
using Lstm.V1;
using Session = Lstm.Service.Sessions.Session;

namespace Lstm.Service.Grpc;

/// <summary>One bidirectional stream: its handles, and the messages that are used again for every step.</summary>
internal sealed class SessionStream(SessionRegistry sessions, CallBoundary boundary, GrpcOptions options, LstmMeter meter)
{
    // Replies that may wait for each other: about what one flush sends at once. A client that never pauses gets its replies all the same.
    private const int MostUnsentBytes = 16 << 10;

    private static readonly WriteOptions Later = new(WriteFlags.BufferHint);
    private static readonly WriteOptions Now = new();

    private readonly Dictionary<uint, Session> _handles = [];
    private readonly StepCall _call = new();
    private readonly StepResult _result = new();
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
                await AnswerAsync(request);
                // Replies are sent when there is nothing more to read, or enough of them: one flush for all that came together.
                next = requests.MoveNext(end.Token);
                _unsentBytes += _reply.CalculateSize();
                bool later = next.IsCompleted && _unsentBytes < MostUnsentBytes;
                _unsentBytes = later ? _unsentBytes : 0;
                replies.WriteOptions = later ? Later : Now;
                await replies.WriteAsync(_reply);
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

    private async ValueTask AnswerAsync(StreamRequest request)
    {
        try
        {
            switch (request.KindCase)
            {
                case StreamRequest.KindOneofCase.Step:
                    await StepAsync(request.Step);
                    break;
                case StreamRequest.KindOneofCase.Open:
                    Open(request.Open);
                    break;
                case StreamRequest.KindOneofCase.Close:
                    await CloseAsync(request.Close);
                    break;
                default:
                    _reply.Handle = 0;
                    throw new LstmException(ErrorCode.StreamRequestEmpty, "Expected a message with open, step or close but got one with none of them.");
            }
        }
        catch (LstmException fault)
        {
            boundary.Refused(fault);
            _reply.Error = GrpcFault.ToError(fault, request.Step?.Step ?? 0);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            _reply.Error = GrpcFault.ToError(boundary.Unexpected(e, "Stream"), request.Step?.Step ?? 0);
        }
    }

    private async ValueTask StepAsync(StreamStep step)
    {
        _reply.Handle = step.Handle;
        var session = Find(step.Handle);
        _call.Step = step.Step;
        _call.Count = step.Count;
        _call.WantState = step.WantState;
        _call.WantGates = step.WantGates;
        ProtoMessages.Read(step.X, _call.X);
        await session.StepAsync(_call);
        _steps += _call.DoneCount;
        ProtoMessages.Write(_call, session.Model, _result);
        _reply.Result = _result;
    }

    private void Open(StreamOpen open)
    {
        _reply.Handle = open.Handle;
        if (_handles.TryGetValue(open.Handle, out var taken))
            throw new LstmException(
                ErrorCode.HandleInUse, $"Handle {open.Handle} is taken on this stream by session '{taken.Id}'. Choose a free one or close it first.",
                ("handle", Text(open.Handle)), ("session_id", taken.Id));
        if (_handles.Count >= options.MaxHandlesPerStream)
            throw new LstmException(
                ErrorCode.TooManyHandles,
                $"{options.MaxHandlesPerStream} handles are open on this stream, as many as allowed (Lstm:Grpc:MaxHandlesPerStream). Close some or use another stream.",
                ("handle", Text(open.Handle)), ("max_handles", Text(options.MaxHandlesPerStream)));
        var session = sessions.Open(open.SessionId, open.Model, ProtoMessages.Read(open.Mode), out bool resumed);
        _handles.Add(open.Handle, session);
        _opened++;
        meter.HandlesChanged(1);
        if (_opened == 1)
            RequestSpan.IsAbout(session.Id, session.Model.Name);
        _reply.Opened = ProtoMessages.Write(session.Describe(resumed));
    }

    private async ValueTask CloseAsync(StreamClose close)
    {
        _reply.Handle = close.Handle;
        var session = Find(close.Handle);
        // A session that ended otherwise is told, and its handle is free all the same.
        Release(close.Handle);
        if (!close.EndSession && session.End is { } end)
            throw end.ToException();
        _reply.Closed = ProtoMessages.Write(close.EndSession ? await sessions.CloseAsync(session) : session.Describe());
    }

    private void Release(uint handle)
    {
        _handles.Remove(handle);
        meter.HandlesChanged(-1);
    }

    private Session Find(uint handle) => _handles.TryGetValue(handle, out var session) ? session : throw new LstmException(
        ErrorCode.HandleNotOpen, $"Handle {handle} is not open on this stream. Open a session under it first.", ("handle", Text(handle)));

    private static LstmException NotOpened(StreamRequest.KindOneofCase found) => new(
        ErrorCode.StreamNotOpened, $"Expected open as the first message of the stream but got {found switch
        {
            StreamRequest.KindOneofCase.Step => "step",
            StreamRequest.KindOneofCase.Close => "close",
            _ => "an empty message",
        }}. Open a session first.");

    private static string Text(IFormattable value) => value.ToString(null, CultureInfo.InvariantCulture);
}
