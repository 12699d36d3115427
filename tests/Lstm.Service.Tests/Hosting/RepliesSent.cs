using Grpc.Core;
using Lstm.Service.Grpc.Wire;

namespace Lstm.Service.Tests.Hosting;

/// <summary>Counts replies, flushes, and the bytes that wait for a flush.</summary>
internal sealed class RepliesSent : IServerStreamWriter<StreamAnswer>
{
    private int _unsent;

    public int Count { get; private set; }

    public int Flushes { get; private set; }

    public int MostUnsentBytes { get; private set; }

    public WriteOptions? WriteOptions { get; set; }

    public Task WriteAsync(StreamAnswer message)
    {
        Count++;
        _unsent += WrittenMessage.Of(message).Length;
        MostUnsentBytes = Math.Max(MostUnsentBytes, _unsent);
        if (WriteOptions?.Flags.HasFlag(WriteFlags.BufferHint) != true)
        {
            Flushes++;
            _unsent = 0;
        }
        return Task.CompletedTask;
    }
}
