using System.Buffers;
using Google.Protobuf;
using Grpc.Core;
using Lstm.Service.Grpc.Wire;
using Lstm.V1;

namespace Lstm.Service.Tests.Hosting;

/// <summary>A client that always has the next message ready: what no real socket does reliably.</summary>
internal sealed class EndlessRequests(StreamRequest first, IEnumerable<StreamRequest> others) : IAsyncStreamReader<StreamMessage>
{
    private readonly IEnumerator<StreamRequest> _requests = others.Prepend(first).GetEnumerator();
    private StreamMessage? _current;

    public StreamMessage Current => _current ?? throw new InvalidOperationException("There is no message.");

    public Task<bool> MoveNext(CancellationToken cancellationToken)
    {
        bool found = _requests.MoveNext();
        _current = found ? StreamMessageReader.Read(new ReadOnlySequence<byte>(_requests.Current.ToByteArray())) : null;
        return Task.FromResult(found);
    }
}
