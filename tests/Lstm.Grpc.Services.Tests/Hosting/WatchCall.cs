using Grpc.Core;
using Grpc.Health.V1;
using static Grpc.Health.V1.HealthCheckResponse.Types;

namespace Lstm.Grpc.Services.Tests.Hosting;

/// <summary>A Watch call; nothing is read before the test asks for it.</summary>
internal sealed class WatchCall(Health.HealthClient client, string service) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly AsyncServerStreamingCall<HealthCheckResponse> _call = client.Watch(new() { Service = service });

    public Status Status => _call.GetStatus();

    /// <summary>The next status; null: the call has ended with OK.</summary>
    public async Task<ServingStatus?> NextAsync() =>
        await _call.ResponseStream.MoveNext(CancellationToken.None).WaitAsync(Patience) ? _call.ResponseStream.Current.Status : null;

    public void Dispose() => _call.Dispose();
}
