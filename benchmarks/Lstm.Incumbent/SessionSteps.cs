using Google.Protobuf.Collections;
using Grpc.Core;
using Lstm.V1;

namespace Lstm.Incumbent;

/// <summary>The handles of one stream and what it steps with; messages are used again for every step.</summary>
/// <param name="models">The models.</param>
/// <param name="sessions">The sessions.</param>
internal sealed class SessionSteps(Models models, SessionTable sessions) : IDisposable
{
    private readonly Dictionary<uint, Session> _handles = [];
    private readonly Dictionary<StepModel, StepLane> _lanes = [];
    private readonly StreamReply _reply = new();
    private readonly StepResult _result = new();
    private readonly BatchResult _batch = new();
    private float[] _x = [];

    /// <summary>Answers a request.</summary>
    /// <param name="request">The request.</param>
    /// <returns>The reply; valid until the next request.</returns>
    /// <exception cref="RpcException">The request is wrong.</exception>
    public StreamReply Answer(StreamRequest request)
    {
        switch (request.KindCase)
        {
            case StreamRequest.KindOneofCase.Step:
                Step(request.Step);
                break;
            case StreamRequest.KindOneofCase.Batch:
                Step(request.Batch);
                break;
            case StreamRequest.KindOneofCase.Open:
                Open(request.Open);
                break;
            case StreamRequest.KindOneofCase.Close:
                Close(request.Close);
                break;
            default:
                throw Wrong("Expected open, step, batch or close.");
        }

        return _reply;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (StepLane lane in _lanes.Values)
            lane.Dispose();
    }

    private void Open(StreamOpen open)
    {
        Session session = sessions.Open(open.SessionId, models.Get(open.Model));
        if (!_handles.TryAdd(open.Handle, session))
            throw Wrong($"Handle {open.Handle} is taken.");
        if (!_lanes.ContainsKey(session.Model))
            _lanes.Add(session.Model, session.Model.CreateLane());
        _reply.Handle = open.Handle;
        _reply.Opened = new() { SessionId = session.Id, Model = open.Model, Step = session.Steps };
    }

    private void Close(StreamClose close)
    {
        Session session = Find(close.Handle);
        _handles.Remove(close.Handle);
        if (close.EndSession)
            sessions.End(session);
        _reply.Handle = close.Handle;
        _reply.Closed = new() { SessionId = session.Id, Step = session.Steps };
    }

    private void Step(StreamStep step)
    {
        Session session = Find(step.Handle);
        int count = Math.Max(1, (int)step.Count);
        ReadOnlySpan<float> x = Read(step.X, count * session.Model.InputSize);
        _result.Count = (uint)count;
        _result.Y.Clear();
        lock (session.Gate)
        {
            _result.Step = session.Steps + 1;
            for (int n = 0; n < count; n++)
                Step(session, x.Slice(n * session.Model.InputSize, session.Model.InputSize), _result.Y);
        }

        _reply.Handle = step.Handle;
        _reply.Result = _result;
    }

    // ONNX Runtime sees one state at a time.
    private void Step(StreamBatch batch)
    {
        _batch.Handles.Clear();
        _batch.Steps.Clear();
        _batch.Y.Clear();
        int inputSize = batch.Handles.Count > 0 ? Find(batch.Handles[0]).Model.InputSize : 0;
        ReadOnlySpan<float> x = Read(batch.X, batch.Handles.Count * inputSize);
        for (int n = 0; n < batch.Handles.Count; n++)
        {
            Session session = Find(batch.Handles[n]);
            lock (session.Gate)
                Step(session, x.Slice(n * inputSize, inputSize), _batch.Y);
            _batch.Handles.Add(batch.Handles[n]);
            _batch.Steps.Add(session.Steps);
        }

        _reply.Handle = 0;
        _reply.Batch = _batch;
    }

    private void Step(Session session, ReadOnlySpan<float> x, RepeatedField<float> y)
    {
        ReadOnlySpan<float> values = _lanes[session.Model].Step(session.State, x);
        session.Steps++;
        foreach (float value in values)
            y.Add(value);
    }

    private ReadOnlySpan<float> Read(RepeatedField<float> x, int expected)
    {
        if (x.Count != expected)
            throw Wrong($"Expected {expected} values but got {x.Count}.");
        if (_x.Length < expected)
            _x = new float[expected];
        x.CopyTo(_x, 0);
        return _x.AsSpan(0, expected);
    }

    private Session Find(uint handle) => _handles.TryGetValue(handle, out Session? session) ? session : throw Wrong($"Handle {handle} is not open.");

    private static RpcException Wrong(string message) => new(new Status(StatusCode.InvalidArgument, message));
}
