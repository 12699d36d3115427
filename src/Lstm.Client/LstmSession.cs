using Lstm.V1;

namespace Lstm.Client;

/// <summary>
/// A session on a stream. Steps are numbered for you, so that none can be lost or counted twice unnoticed. Call <see cref="StepAsync"/>
/// again without waiting to keep several steps in flight; calls from one thread are sent in their order.
/// </summary>
public sealed class LstmSession : IAsyncDisposable
{
    private readonly LstmStream _stream;
    private readonly Lock _counting = new();
    private ulong _next;
    private ulong _done;
    private bool _closed;

    internal LstmSession(LstmStream stream, uint handle, Session info)
    {
        _stream = stream;
        Handle = handle;
        Info = info;
        _done = info.Step;
        _next = info.Step + 1;
    }

    /// <summary>The session as it was when it was opened here: model, sizes, whether it existed before.</summary>
    public Session Info { get; }

    /// <summary>The session's id; keep it to resume.</summary>
    public string Id => Info.SessionId;

    /// <summary>Its number on this stream, by which a <see cref="BatchResult"/> names it.</summary>
    public uint Handle { get; }

    /// <summary>The last step whose reply arrived; 0 before the first.</summary>
    public ulong Step
    {
        get
        {
            lock (_counting)
                return _done;
        }
    }

    /// <summary>Advances the session by one timestep, or by a chunk.</summary>
    /// <param name="x">x(t), [input_size]; for a chunk [Count, input_size], row after row. Copied before the method returns.</param>
    /// <param name="options">Step number, chunk, state, gates; none: the next step.</param>
    /// <param name="cancellation">Gives up waiting. The step may be done all the same: resume the session to see.</param>
    /// <returns>y in <see cref="StepResult.Y"/>, [Count, output_size].</returns>
    /// <exception cref="LstmException">INPUT_SHAPE, INPUT_NOT_FINITE, STEP_GAP, SESSION_NOT_FOUND and others; the state is as before.</exception>
    /// <exception cref="ObjectDisposedException">The handle was given back.</exception>
    public Task<StepResult> StepAsync(ReadOnlyMemory<float> x, StepOptions? options = null, CancellationToken cancellation = default)
    {
        ObjectDisposedException.ThrowIf(_closed, this);
        if (cancellation.IsCancellationRequested)
            return Task.FromCanceled<StepResult>(cancellation);

        options ??= new StepOptions();
        var step = new StreamStep { Handle = Handle, Count = options.Count, WantState = options.WantState, WantGates = options.WantGates };
        step.X.Append(x.Span);
        step.XIntegers.Append(options.Integers.Span);
        step.Step = Number(options.Step, options.Count);
        return SendAsync(step, cancellation);
    }

    /// <summary>Ends the session: the server drops its state. Without this it stays and can be resumed.</summary>
    /// <param name="cancellation">Gives up waiting.</param>
    /// <returns>The session as it was at its end.</returns>
    /// <exception cref="LstmException">It ended before; the reason says how.</exception>
    public Task<Session> EndAsync(CancellationToken cancellation = default) => CloseAsync(endSession: true, cancellation);

    /// <summary>Gives the handle back. The session stays on the server and can be resumed.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_closed)
            return;

        try
        {
            await CloseAsync(endSession: false, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is LstmException or ObjectDisposedException)
        {
            // The stream or the session is gone, and the handle with it: nothing is left to give back.
        }
    }

    /// <summary>Gives steps their number.</summary>
    /// <param name="step">As the caller wants it; 0: the next.</param>
    /// <param name="count">How many.</param>
    internal ulong Number(ulong step = 0, uint count = 1)
    {
        lock (_counting)
        {
            step = step == 0 ? _next : step;
            _next = step + Math.Max(1, count);
            return step;
        }
    }

    /// <summary>The reply of a step arrived.</summary>
    internal void Done(ulong step)
    {
        lock (_counting)
            _done = Math.Max(_done, step);
    }

    /// <summary>A refused step did not happen, nor did what was sent after it: the next one takes its number.</summary>
    internal void Refused(ulong step)
    {
        lock (_counting)
            _next = Math.Min(_next, Math.Max(step, _done + 1));
    }

    /// <summary>Throws unless it is open on a stream.</summary>
    internal void ThrowUnlessOpenOn(LstmStream stream)
    {
        ObjectDisposedException.ThrowIf(_closed, this);
        if (_stream != stream)
            throw new ArgumentException($"Session '{Id}' is open on another stream. Send its steps there.");
    }

    private async Task<StepResult> SendAsync(StreamStep step, CancellationToken cancellation)
    {
        try
        {
            StreamReply reply = await _stream.SendAsync(new StreamRequest { Step = step }, cancellation).ConfigureAwait(false);
            Done(reply.Result.Step + reply.Result.Count - 1);
            return reply.Result;
        }
        catch (LstmException)
        {
            Refused(step.Step);
            throw;
        }
    }

    private async Task<Session> CloseAsync(bool endSession, CancellationToken cancellation)
    {
        ObjectDisposedException.ThrowIf(_closed, this);
        _closed = true;
        var close = new StreamClose { Handle = Handle, EndSession = endSession };
        StreamReply reply = await _stream.SendAsync(new StreamRequest { Close = close }, cancellation).ConfigureAwait(false);
        return reply.Closed;
    }
}
