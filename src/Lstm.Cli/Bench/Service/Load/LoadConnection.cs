using System.Diagnostics;
using Lstm.Cli.Bench.Http2;
using Lstm.Cli.Bench.Load;

namespace Lstm.Cli.Bench.Service.Load;

/// <summary>One connection with its streams, and the thread that serves them: everything that arrived is answered in one write.</summary>
internal sealed class LoadConnection : IDisposable
{
    // A server that takes less than is sent at a fixed rate: there is no sense in going on.
    private const int MostHeldBack = 256 << 20;

    private readonly Http2Connection _connection;
    private readonly LoadStream[] _streams;
    private readonly LoadShape _shape;
    private readonly double _rate;
    private readonly Lock _counting = new();
    private LoadTimes _times = new(0, 0, 0);
    private long _now;
    private long _steps;
    private long _messages;
    private int _inFlight;

    /// <summary>Connects and opens the sessions.</summary>
    /// <param name="address">http://HOST:PORT.</param>
    /// <param name="plan">What is sent.</param>
    /// <param name="index">Which of the connections this is.</param>
    /// <exception cref="LoadException">The server refuses.</exception>
    public LoadConnection(Uri address, LoadPlan plan, int index)
    {
        _shape = plan.Shape;
        _connection = Http2Connection.Connect(address);
        try
        {
            int[] mine = [.. Enumerable.Range(0, _shape.Streams).Where(stream => stream % _shape.Connections == index)];
            if (mine.Length > _connection.MaxStreams)
                throw new LoadException($"The server allows {_connection.MaxStreams} streams on a connection but {mine.Length} are wanted. Use more connections (--connections).");
            _rate = (_shape.Rate ?? 0) * mine.Length / _shape.Streams;
            _streams = [.. mine.Select(stream => Open(plan, stream))];
            _connection.Flush();
            ReceiveWhile(static stream => stream.IsWaiting);
        }
        catch
        {
            _connection.Dispose();
            throw;
        }
    }

    /// <summary>From sending to the reply; at a fixed rate from the time when it should have been sent.</summary>
    public LatencyHistogram Latency { get; } = new();

    /// <summary>At a fixed rate: how much later than it should a message was sent. What the generator itself adds to the latency.</summary>
    public LatencyHistogram Lateness { get; } = new();

    /// <summary>Steps and messages answered so far, at one moment; may be read by other threads.</summary>
    public (long Steps, long Messages) Counts
    {
        get
        {
            lock (_counting)
                return (_steps, _messages);
        }
    }

    /// <summary>Sends and receives until the time is over and all is answered, then ends sessions and streams.</summary>
    /// <param name="times">From when to when.</param>
    /// <exception cref="LoadException">The server refused, ended or answered wrongly.</exception>
    public void Run(LoadTimes times)
    {
        _times = times;
        if (_rate > 0)
            RunAtRate();
        else
            RunInClosedLoop();
        foreach (LoadStream stream in _streams)
            stream.Close();
        _connection.Flush();
        ReceiveWhile(static stream => stream.IsWaiting);
    }

    /// <summary>Breaks off: whatever <see cref="Run"/> waits for fails.</summary>
    public void Abort() => _connection.Dispose();

    /// <inheritdoc/>
    public void Dispose() => _connection.Dispose();

    private LoadStream Open(LoadPlan plan, int stream)
    {
        int first = (int)((long)stream * _shape.Sessions / _shape.Streams);
        int next = (int)((stream + 1L) * _shape.Sessions / _shape.Streams);
        return new LoadStream(_connection, plan, first, next - first) { Answered = Answered };
    }

    private void RunInClosedLoop()
    {
        _now = Stopwatch.GetTimestamp();
        foreach (LoadStream stream in _streams)
        {
            for (int n = _shape.Window > 0 ? _shape.Window : stream.Groups; n > 0; n--)
                Send(stream, _now);
        }

        _connection.Flush();
        ReceiveAll();
    }

    private void RunAtRate()
    {
        SocketWait.BePunctual();
        double interval = Stopwatch.Frequency / _rate;
        long count = (long)((_times.To - _times.Start) / interval);
        for (long sent = 0; sent < count;)
        {
            _now = Stopwatch.GetTimestamp();
            long due;
            while ((due = _times.Start + (long)(sent * interval)) <= _now && sent < count)
            {
                LoadStream stream = _streams[sent++ % _streams.Length];
                Send(stream, due);
                Record(Lateness, due);
                if (stream.HeldBack > MostHeldBack)
                    throw new LoadException($"The server does not take {_shape.Rate:N0} messages a second: {MostHeldBack >> 20} MiB wait for its flow control on one stream.");
            }

            _connection.Flush();
            if (SocketWait.ForData(_connection.Socket, LoadTimes.Nanoseconds(Math.Max(0, due - Stopwatch.GetTimestamp()))))
                ReceiveOnce();
        }

        ReceiveAll();
    }

    private void ReceiveAll()
    {
        while (_inFlight > 0)
            ReceiveOnce();
    }

    private void ReceiveOnce()
    {
        _connection.Receive();
        _connection.Flush();
    }

    private void ReceiveWhile(Func<LoadStream, bool> condition)
    {
        while (_streams.Any(condition))
            ReceiveOnce();
    }

    private void Send(LoadStream stream, long time)
    {
        _inFlight++;
        stream.SendNext(time);
    }

    private void Answered(LoadStream stream, long sent, int steps)
    {
        _inFlight--;
        _now = Stopwatch.GetTimestamp();
        lock (_counting)
        {
            _steps += steps;
            _messages++;
        }

        Record(Latency, sent);
        if (_rate == 0 && _now < _times.To)
            Send(stream, _now);
    }

    private void Record(LatencyHistogram histogram, long time)
    {
        if (time >= _times.From && time < _times.To)
            histogram.Record(LoadTimes.Nanoseconds(_now - time));
    }
}
