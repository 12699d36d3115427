using System.Diagnostics;
using Lstm.Cli.Bench.Http2;
using Lstm.Cli.Bench.Load;

namespace Lstm.Cli.Bench.Grpc;

/// <summary>One connection with all streams or calls of a load, for one thread: everything that arrived is answered in one write.</summary>
internal sealed class EchoConnection : IDisposable
{
    private readonly Http2Connection _connection;
    private readonly EchoLane[] _lanes;
    private readonly EchoLoad _load;
    private LoadTimes _times = new(0, 0, 0);
    private long _now;
    private long _messages;
    private int _inFlight;

    /// <summary>Connects.</summary>
    /// <param name="address">http://HOST:PORT.</param>
    /// <param name="load">What is sent.</param>
    /// <param name="service">package.Service.</param>
    /// <exception cref="LoadException">There is no HTTP/2 server.</exception>
    public EchoConnection(Uri address, EchoLoad load, string service)
    {
        _load = load;
        _connection = Http2Connection.Connect(address);
        _lanes = [.. Enumerable.Range(0, load.Streams).Select(n => new EchoLane(_connection, load, service, n) { Answered = Answered })];
    }

    /// <summary>From sending to the reply.</summary>
    public LatencyHistogram Latency { get; } = new();

    /// <summary>Messages answered so far; may be read by other threads.</summary>
    public long Messages => Volatile.Read(ref _messages);

    /// <summary>Sends and receives until the time is over and all is answered, then ends the streams.</summary>
    /// <param name="times">From when to when.</param>
    /// <exception cref="LoadException">The server refused, ended or answered wrongly.</exception>
    public void Run(LoadTimes times)
    {
        _times = times;
        _now = Stopwatch.GetTimestamp();
        foreach (EchoLane lane in _lanes)
        {
            for (int n = _load.Window; n > 0; n--)
                Send(lane);
        }

        _connection.Flush();
        while (_inFlight > 0)
            ReceiveOnce();
        foreach (EchoLane lane in _lanes)
            lane.Close();
        _connection.Flush();
        while (_lanes.Any(static lane => lane.IsOpen))
            ReceiveOnce();
    }

    /// <summary>Breaks off: whatever <see cref="Run"/> waits for fails.</summary>
    public void Abort() => _connection.Dispose();

    /// <inheritdoc/>
    public void Dispose() => _connection.Dispose();

    private void ReceiveOnce()
    {
        _connection.Receive();
        _connection.Flush();
    }

    private void Send(EchoLane lane)
    {
        _inFlight++;
        lane.SendNext(_now);
    }

    private void Answered(EchoLane lane, long sent)
    {
        _inFlight--;
        _now = Stopwatch.GetTimestamp();
        Volatile.Write(ref _messages, _messages + 1);
        if (sent >= _times.From && sent < _times.To)
            Latency.Record(LoadTimes.Nanoseconds(_now - sent));
        if (_now < _times.To)
            Send(lane);
    }
}
