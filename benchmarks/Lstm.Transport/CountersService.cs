using Grpc.Core;
using Lstm.Transport.Protos;

namespace Lstm.Transport;

/// <summary>What the generator cannot see from outside.</summary>
internal sealed class CountersService : Counters.CountersBase
{
    /// <inheritdoc/>
    public override Task<CountersReply> Read(CountersRequest request, ServerCallContext context) =>
        Task.FromResult(new CountersReply { AllocatedBytes = (ulong)GC.GetTotalAllocatedBytes(precise: true) });
}
