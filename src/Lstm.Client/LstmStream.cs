using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Grpc.Core;
using Lstm.V1;

namespace Lstm.Client;

/// <summary>
/// One bidirectional stream with any number of sessions. Requests may be sent without waiting for replies (pipelining): replies come in the
/// order of the requests. Safe to use from many threads. When the stream breaks, everything that waits on it fails with one
/// <see cref="LstmException"/>; the sessions stay on the server and can be resumed on a new stream.
/// </summary>
[SuppressMessage("Naming", "CA1711", Justification = "It is a stream of gRPC, which is what the documentation calls it; System.IO is far away.")]
public sealed class LstmStream : IAsyncDisposable
{
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(5);

    private readonly AsyncDuplexStreamingCall<StreamRequest, StreamReply> _call;
    private readonly ConcurrentQueue<TaskCompletionSource<StreamReply>> _waiting = new();
    private readonly SemaphoreSlim _writing = new(1, 1);
    private readonly Task _reading;
    private uint _lastHandle;
    private volatile LstmException? _broken;
    private bool _disposed;

    internal LstmStream(AsyncDuplexStreamingCall<StreamRequest, StreamReply> call)
    {
        _call = call;
        _reading = ReadRepliesAsync();
    }

    /// <summary>Opens a session on this stream.</summary>
    /// <param name="model">Needed to create; may be empty to resume.</param>
    /// <param name="sessionId">1 to 128 of A-Z a-z 0-9 . _ - ~; null lets the server choose.</param>
    /// <param name="mode">Whether the session has to be new.</param>
    /// <param name="cancellation">Gives up waiting; the session may have been opened.</param>
    /// <exception cref="LstmException">MODEL_NOT_FOUND, SESSION_EXISTS, SESSION_NOT_FOUND, TOO_MANY_SESSIONS and others.</exception>
    public async Task<LstmSession> OpenSessionAsync(
        string model, string? sessionId = null, OpenMode mode = OpenMode.Create, CancellationToken cancellation = default) =>
        await OpenSessionAsync(model, [], sessionId, mode, cancellation).ConfigureAwait(false);

    /// <summary>Opens a session of a model that is given something once, on this stream.</summary>
    /// <param name="model">Needed to create; may be empty to resume.</param>
    /// <param name="inputs">The model's session_inputs; when resuming none, or the same again. See <see cref="NamedTensors"/>.</param>
    /// <param name="sessionId">1 to 128 of A-Z a-z 0-9 . _ - ~; null lets the server choose.</param>
    /// <param name="mode">Whether the session has to be new.</param>
    /// <param name="cancellation">Gives up waiting; the session may have been opened.</param>
    /// <exception cref="LstmException">SESSION_INPUTS, SESSION_INPUTS_TOO_LARGE, MODEL_NOT_FOUND, SESSION_EXISTS, SESSION_NOT_FOUND and others.</exception>
    public async Task<LstmSession> OpenSessionAsync(
        string model, IEnumerable<NamedTensor> inputs, string? sessionId = null, OpenMode mode = OpenMode.Create, CancellationToken cancellation = default)
    {
        uint handle = Interlocked.Increment(ref _lastHandle);
        var open = new StreamOpen { Handle = handle, Model = model, SessionId = sessionId ?? "", Mode = mode, Inputs = { inputs } };
        StreamReply reply = await SendAsync(new StreamRequest { Open = open }, cancellation).ConfigureAwait(false);
        return new LstmSession(this, handle, reply.Opened);
    }

    /// <summary>Goes on with a session that exists, from the step it is at.</summary>
    /// <param name="sessionId">Its id.</param>
    /// <param name="cancellation">Gives up waiting.</param>
    /// <exception cref="LstmException">SESSION_NOT_FOUND, or why it ended.</exception>
    public Task<LstmSession> ResumeSessionAsync(string sessionId, CancellationToken cancellation = default) =>
        OpenSessionAsync("", sessionId, OpenMode.Resume, cancellation);

    /// <summary>
    /// Advances many sessions of one model by one timestep each, in one message: the fastest way to step many. A session that cannot step
    /// comes back in <see cref="BatchResult.Faults"/> and the others step; steps are numbered as in <see cref="LstmSession.StepAsync"/>.
    /// </summary>
    /// <param name="sessions">Sessions of this stream, each once.</param>
    /// <param name="x">x(t) of each, [sessions, input_size], row after row. Copied before the method returns.</param>
    /// <param name="cancellation">Gives up waiting. The steps may be done all the same.</param>
    /// <returns>y of those that stepped, [stepped, output_size], in their order; <see cref="LstmSession.Handle"/> tells whose.</returns>
    /// <exception cref="LstmException">BATCH_TOO_LARGE, BATCH_MODELS_DIFFER, INPUT_SHAPE and others: no session stepped.</exception>
    /// <exception cref="ArgumentException">A session is of another stream.</exception>
    public Task<BatchResult> StepBatchAsync(IReadOnlyList<LstmSession> sessions, ReadOnlyMemory<float> x, CancellationToken cancellation = default) =>
        StepBatchAsync(sessions, x, default, cancellation);

    /// <summary>Advances many sessions of one model by one timestep each, in one message, with their whole numbers exactly.</summary>
    /// <param name="sessions">Sessions of this stream, each once.</param>
    /// <param name="x">x(t) of each, [sessions, values of the floating-point inputs], row after row. Copied before the method returns.</param>
    /// <param name="integers">[sessions, values of the integer and boolean inputs]; empty: x has the values of all inputs. Copied before the method returns.</param>
    /// <param name="cancellation">Gives up waiting. The steps may be done all the same.</param>
    /// <returns>y of those that stepped, and in <see cref="BatchResult.YIntegers"/> its whole numbers.</returns>
    /// <exception cref="LstmException">BATCH_TOO_LARGE, BATCH_MODELS_DIFFER, INPUT_SHAPE and others: no session stepped.</exception>
    /// <exception cref="ArgumentException">A session is of another stream.</exception>
    public Task<BatchResult> StepBatchAsync(IReadOnlyList<LstmSession> sessions, ReadOnlyMemory<float> x, ReadOnlyMemory<long> integers, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(sessions);
        if (cancellation.IsCancellationRequested)
            return Task.FromCanceled<BatchResult>(cancellation);
        foreach (LstmSession session in sessions)
            session.ThrowUnlessOpenOn(this);

        var batch = new StreamBatch();
        batch.Handles.Capacity = batch.Steps.Capacity = sessions.Count;
        foreach (LstmSession session in sessions)
        {
            batch.Handles.Add(session.Handle);
            batch.Steps.Add(session.Number());
        }

        batch.X.Append(x.Span);
        batch.XIntegers.Append(integers.Span);
        return SendBatchAsync([.. sessions], batch, cancellation);
    }

    private async Task<BatchResult> SendBatchAsync(LstmSession[] sessions, StreamBatch batch, CancellationToken cancellation)
    {
        try
        {
            BatchResult result = (await SendAsync(new StreamRequest { Batch = batch }, cancellation).ConfigureAwait(false)).Batch;
            // Both lists are in the order of the request: what is not among the faults stepped.
            int fault = 0;
            for (int n = 0; n < sessions.Length; n++)
            {
                if (fault < result.Faults.Count && result.Faults[fault].Handle == sessions[n].Handle)
                {
                    sessions[n].Refused(batch.Steps[n]);
                    fault++;
                }
                else
                {
                    sessions[n].Done(batch.Steps[n]);
                }
            }

            return result;
        }
        catch (LstmException)
        {
            for (int n = 0; n < sessions.Length; n++)
                sessions[n].Refused(batch.Steps[n]);
            throw;
        }
    }

    /// <summary>Ends the stream. What is still in flight gets five seconds to arrive. Sessions stay on the server.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, true))
            return;

        try
        {
            await CompleteRequestsAsync().WaitAsync(Farewell).ConfigureAwait(false);
            await _reading.WaitAsync(Farewell).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is RpcException or IOException or InvalidOperationException or OperationCanceledException or TimeoutException)
        {
            // Broken or stuck: cut it off below.
        }

        _call.Dispose();
        await _reading.ConfigureAwait(false);
    }

    // Behind the steps that still wait for their turn to be written: the semaphore lets them pass in their order.
    private async Task CompleteRequestsAsync()
    {
        await _writing.WaitAsync().ConfigureAwait(false);
        try
        {
            await _call.RequestStream.CompleteAsync().ConfigureAwait(false);
        }
        finally
        {
            _writing.Release();
        }
    }

    /// <summary>Sends one request and waits for its reply. Cancelling gives up the wait only: the request goes out all the same.</summary>
    /// <exception cref="LstmException">The server's error in the place of the reply, or the stream broke.</exception>
    /// <exception cref="ObjectDisposedException">The stream was disposed.</exception>
    internal async Task<StreamReply> SendAsync(StreamRequest request, CancellationToken cancellation)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        StreamReply reply = await WriteAndWaitAsync(request).WaitAsync(cancellation).ConfigureAwait(false);
        return reply.KindCase == StreamReply.KindOneofCase.Error ? throw LstmException.From(reply.Error) : reply;
    }

    private async Task<StreamReply> WriteAndWaitAsync(StreamRequest request)
    {
        var waiting = new TaskCompletionSource<StreamReply>(TaskCreationOptions.RunContinuationsAsynchronously);
        await _writing.WaitAsync().ConfigureAwait(false);
        try
        {
            // Queued before it is written, under the same lock: the order of the queue is the order on the wire, and the reply finds it.
            _waiting.Enqueue(waiting);
            if (_broken is null)
                await _call.RequestStream.WriteAsync(request).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is RpcException or IOException or InvalidOperationException or OperationCanceledException)
        {
            // The stream is gone. Why, its status says, and that is for the reader to tell: it fails all that waits.
            await _reading.ConfigureAwait(false);
        }
        finally
        {
            _writing.Release();
        }

        // Queued after the reader had given up: nobody else will answer.
        if (_broken is { } broken)
            FailAll(broken);
        return await waiting.Task.ConfigureAwait(false);
    }

    private async Task ReadRepliesAsync()
    {
        try
        {
            while (await _call.ResponseStream.MoveNext(CancellationToken.None).ConfigureAwait(false))
            {
                if (_waiting.TryDequeue(out TaskCompletionSource<StreamReply>? waiting))
                    waiting.SetResult(_call.ResponseStream.Current);
            }

            Break(new LstmException("The server ended the stream. Open a new one and resume the sessions."));
        }
        catch (RpcException failure)
        {
            Break(LstmException.From(failure));
        }
        catch (Exception failure) when (failure is OperationCanceledException or ObjectDisposedException)
        {
            Break(new LstmException("The stream was cancelled.", failure));
        }
    }

    private void Break(LstmException why)
    {
        _broken = why;
        FailAll(why);
    }

    private void FailAll(LstmException broken)
    {
        while (_waiting.TryDequeue(out TaskCompletionSource<StreamReply>? waiting))
            waiting.TrySetException(broken);
    }
}
