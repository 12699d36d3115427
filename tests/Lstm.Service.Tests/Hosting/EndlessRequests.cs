using Grpc.Core;
using Lstm.V1;

namespace Lstm.Service.Tests.Hosting;

/// <summary>A client that always has the next message ready: what no real socket does reliably.</summary>
internal sealed class EndlessRequests(StreamRequest first, IEnumerable<StreamRequest> others) : IAsyncStreamReader<StreamRequest>
{
    private readonly IEnumerator<StreamRequest> _requests = others.Prepend(first).GetEnumerator();

    public StreamRequest Current => _requests.Current;

    public Task<bool> MoveNext(CancellationToken cancellationToken) => Task.FromResult(_requests.MoveNext());
}
