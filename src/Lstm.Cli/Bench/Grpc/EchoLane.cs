using Lstm.Cli.Bench.Http2;
using Lstm.Cli.Bench.Load;

namespace Lstm.Cli.Bench.Grpc;

/// <summary>One stream, or calls of one message one after the other.</summary>
internal sealed class EchoLane
{
    private readonly Http2Connection _connection;
    private readonly EchoMessages _messages;
    private readonly TimeQueue _sent = new();
    private readonly MessageHandler _take;
    private readonly Action _ended;
    private readonly string _path;
    private readonly bool _unary;
    private Http2Stream? _stream;
    private ulong _asked;
    private ulong _answered;
    private bool _isAnswered;

    /// <summary>Begins the call when it is a stream.</summary>
    /// <param name="connection">Whose it is.</param>
    /// <param name="load">What is sent.</param>
    /// <param name="service">package.Service.</param>
    /// <param name="number">Its number in the run.</param>
    public EchoLane(Http2Connection connection, EchoLoad load, string service, int number)
    {
        (_connection, _unary) = (connection, load.Unary);
        _messages = new EchoMessages(number, load.Rows);
        _path = $"/{service}/{(_unary ? "Unary" : "Stream")}";
        (_take, _ended) = (Take, Ended);
        if (!_unary)
            _stream = connection.OpenStream(_path, _take);
    }

    /// <summary>Told of every message that is answered, and when it was sent. The answer to a unary call ends with its status.</summary>
    public required Action<EchoLane, long> Answered { get; init; }

    /// <summary>The server has yet to end the call.</summary>
    public bool IsOpen => _stream is { HasEnded: false };

    /// <summary>Sends the next message.</summary>
    /// <param name="time">When that is.</param>
    public void SendNext(long time)
    {
        _sent.Add(time);
        if (_unary)
            _stream = _connection.OpenStream(_path, _take, _ended);
        _connection.Write(_stream!, _messages.Request(++_asked), isLast: _unary); // Opened above or in the constructor.
    }

    /// <summary>Ends the call.</summary>
    public void Close()
    {
        if (!_unary)
            _connection.Close(_stream!); // Opened in the constructor.
    }

    private void Take(ReadOnlySpan<byte> message)
    {
        if (_sent.Count == 0 || _isAnswered)
            throw new LoadException("The server answered more than it was asked.");
        _answered++;
        _messages.Check(message, _answered, _unary ? 1 : _answered);
        if (_unary)
            _isAnswered = true;
        else
            Answered(this, _sent.Take());
    }

    private void Ended()
    {
        if (!_isAnswered)
            throw new LoadException("The server ended a unary call without a message.");
        _isAnswered = false;
        Answered(this, _sent.Take());
    }
}
