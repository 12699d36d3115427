using Lstm.Cli.Bench.Http2;
using Lstm.Cli.Bench.Load;
using Lstm.Cli.Bench.Protobuf;

namespace Lstm.Cli.Bench.Grpc;

/// <summary>Asks benchmarks/Lstm.Transport what cannot be seen from outside, on a connection of its own.</summary>
internal sealed class ServerCounters : IDisposable
{
    private const string Path = "/lstm.transport.Counters/Read";
    private readonly Http2Connection _connection;
    private ulong _allocated;

    /// <summary>Connects.</summary>
    /// <param name="address">http://HOST:PORT.</param>
    /// <exception cref="LoadException">There is no HTTP/2 server.</exception>
    public ServerCounters(Uri address) => _connection = Http2Connection.Connect(address);

    /// <summary>Bytes that the server has allocated since its start.</summary>
    /// <returns>Bytes; some kilobytes of them for the question.</returns>
    /// <exception cref="LoadException">It refused.</exception>
    public long ReadAllocatedBytes()
    {
        Http2Stream call = _connection.OpenStream(Path, Take);
        _connection.Write(call, [], isLast: true);
        _connection.Flush();
        while (!call.HasEnded)
        {
            _connection.Receive();
            _connection.Flush();
        }

        return (long)_allocated;
    }

    /// <inheritdoc/>
    public void Dispose() => _connection.Dispose();

    private void Take(ReadOnlySpan<byte> message)
    {
        var reader = new ProtoReader(message);
        while (reader.Next())
        {
            if (reader.Field == 1)
                _allocated = reader.Number;
        }
    }
}
