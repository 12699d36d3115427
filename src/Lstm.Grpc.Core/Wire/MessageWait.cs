using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using System.Threading.Tasks.Sources;

namespace Grpc.Wire;

/// <summary>
/// A read that has to wait; it begins when it is awaited. One object for all reads of a reader, and no more between Kestrel's wake-up and the
/// handler's than one call: an asynchronous method would cost a twentieth of all that the server does for a small message.
/// </summary>
internal sealed class MessageWait : IValueTaskSource<bool>
{
    private readonly MessageReader _reader;
    private readonly Action _onRead;
    private ManualResetValueTaskSourceCore<bool> _result;
    private ConfiguredValueTaskAwaitable<ReadResult>.ConfiguredValueTaskAwaiter _reading;
    private CancellationToken _cancellationToken;
    private bool _isOnlyOne;
    private bool _asked;
    private bool _begun;

    public MessageWait(MessageReader reader)
    {
        _reader = reader;
        _onRead = OnRead;
    }

    /// <summary>Makes the next read.</summary>
    /// <returns>What the reader finds; to be taken once.</returns>
    public ValueTask<bool> For(bool isOnlyOne, CancellationToken cancellationToken)
    {
        _isOnlyOne = isOnlyOne;
        _cancellationToken = cancellationToken;
        _asked = _begun = false;
        return new(this, _result.Version);
    }

    /// <summary>Waits for the pipe.</summary>
    public void For(ValueTask<ReadResult> reading)
    {
        _reading = reading.ConfigureAwait(false).GetAwaiter();
        _reading.UnsafeOnCompleted(_onRead);
    }

    public bool GetResult(short token)
    {
        if (_result.GetStatus(token) == ValueTaskSourceStatus.Pending)
            throw new InvalidOperationException("The read is under way: await it.");
        try
        {
            return _result.GetResult(token);
        }
        finally
        {
            _result.Reset();
            _reader.EndRead();
        }
    }

    public ValueTaskSourceStatus GetStatus(short token)
    {
        var status = _result.GetStatus(token);
        if (status != ValueTaskSourceStatus.Pending || _begun)
            return status;
        // The reader has looked a moment before the first question; who asks again finds what has come since, even without ever awaiting.
        if (_asked)
            Find(Source.Arrived);
        _asked = true;
        return _result.GetStatus(token);
    }

    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags)
    {
        // What is there by now is the result before there is a continuation, which then is queued: it must not run inside whoever awaits.
        if (_result.GetStatus(token) == ValueTaskSourceStatus.Pending && !_begun)
        {
            _begun = true;
            Find(Source.Pipe);
        }
        _result.OnCompleted(continuation, state, token, flags);
    }

    private void OnRead() => Find(Source.Reading);

    private void Find(Source source)
    {
        bool found;
        try
        {
            bool? look = source switch
            {
                Source.Arrived => _cancellationToken.IsCancellationRequested ? null : _reader.TryRead(_isOnlyOne),
                Source.Reading => _reader.Look(_reading.GetResult(), _isOnlyOne) ?? _reader.Read(this, _isOnlyOne, _cancellationToken),
                _ => _reader.Read(this, _isOnlyOne, _cancellationToken),
            };
            if (look is not { } known)
                return;
            found = known;
        }
        catch (Exception exception)
        {
            _reader.Fail(exception, _cancellationToken);
            _result.SetException(exception);
            return;
        }
        _result.SetResult(found);
    }

    private enum Source
    {
        /// <summary>What the pipe has, without waiting.</summary>
        Arrived,

        /// <summary>The pipe, for as long as it takes.</summary>
        Pipe,

        /// <summary>What the pipe was waited for.</summary>
        Reading,
    }
}
