using System.Runtime.InteropServices;
using System.Threading.Channels;
using Grpc.Core;
using Grpc.Health.V1;
using static Grpc.Health.V1.HealthCheckResponse.Types;

namespace Grpc.HealthCheck;

/// <summary>
/// grpc.health.v1.Health with statuses that the program sets (grpc/grpc doc/health-checking.md). Any thread may set them, and none waits for
/// those who watch: one that reads slowly misses what was true only meanwhile, never what is true now.
/// </summary>
public class HealthServiceImpl : Health.V1.Health.HealthBase
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, ServingStatus> _statuses = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<ChannelWriter<ServingStatus>>> _watches = new(StringComparer.Ordinal);

    /// <summary>Sets the status of a service and tells it to those who watch.</summary>
    /// <param name="service">The full name of the service; empty: the server as a whole.</param>
    /// <param name="status">The status.</param>
    public void SetStatus(string service, ServingStatus status)
    {
        ArgumentNullException.ThrowIfNull(service);
        lock (_lock)
        {
            _statuses[service] = status;
            Tell(service, status);
        }
    }

    /// <summary>Forgets a service: those who watch it are told SERVICE_UNKNOWN.</summary>
    /// <param name="service">The full name of the service; empty: the server as a whole.</param>
    public void ClearStatus(string service)
    {
        ArgumentNullException.ThrowIfNull(service);
        lock (_lock)
        {
            _statuses.Remove(service);
            Tell(service, ServingStatus.ServiceUnknown);
        }
    }

    /// <summary>Forgets all services: those who watch are told SERVICE_UNKNOWN.</summary>
    public void ClearAll()
    {
        lock (_lock)
        {
            _statuses.Clear();
            foreach (string service in _watches.Keys)
                Tell(service, ServingStatus.ServiceUnknown);
        }
    }

    /// <summary>The status of a service.</summary>
    /// <param name="request">Names the service.</param>
    /// <param name="context">The call.</param>
    /// <returns>The status.</returns>
    /// <exception cref="RpcException">NOT_FOUND: no status was set for this name.</exception>
    public override Task<HealthCheckResponse> Check(HealthCheckRequest request, ServerCallContext context)
    {
        ArgumentNullException.ThrowIfNull(request);
        lock (_lock)
        {
            return _statuses.TryGetValue(request.Service, out var status)
                ? Task.FromResult(new HealthCheckResponse { Status = status })
                : throw NotFound(request.Service);
        }
    }

    /// <summary>The statuses of all services.</summary>
    /// <param name="request">Nothing.</param>
    /// <param name="context">The call.</param>
    /// <returns>The statuses by the names of the services.</returns>
    public override Task<HealthListResponse> List(HealthListRequest request, ServerCallContext context)
    {
        var response = new HealthListResponse();
        lock (_lock)
        {
            foreach (var (service, status) in _statuses)
                response.Statuses.Add(service, new() { Status = status });
        }
        return Task.FromResult(response);
    }

    /// <summary>Sends the status of a service, and again whenever it changes, until the call is given up.</summary>
    /// <param name="request">Names the service; one without a status is SERVICE_UNKNOWN until it gets one.</param>
    /// <param name="responseStream">Where to send.</param>
    /// <param name="context">The call.</param>
    /// <returns>Completes when the call is given up.</returns>
    public override Task Watch(HealthCheckRequest request, IServerStreamWriter<HealthCheckResponse> responseStream, ServerCallContext context)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(responseStream);
        ArgumentNullException.ThrowIfNull(context);
        return WatchAsync(request.Service, responseStream, context.CancellationToken);
    }

    internal static RpcException NotFound(string service) => new(new(StatusCode.NotFound, $"The health of service '{service}' is not known here."));

    /// <summary>Sends the status of a service, and again whenever it changes.</summary>
    /// <param name="service">The service.</param>
    /// <param name="responses">Where to send.</param>
    /// <param name="end">Ends the watch.</param>
    /// <returns>What was sent last; null: nothing.</returns>
    internal async Task<ServingStatus?> WatchAsync(string service, IServerStreamWriter<HealthCheckResponse> responses, CancellationToken end)
    {
        // Holds what is true now and was not sent yet: a change takes the place of the one before.
        var news = Channel.CreateBounded<ServingStatus>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });
        Begin(service, news.Writer);
        ServingStatus? sent = null;
        try
        {
            await foreach (var status in news.Reader.ReadAllAsync(end).ConfigureAwait(false))
            {
                if (status == sent)
                    continue;
                await responses.WriteAsync(new() { Status = status }, CancellationToken.None).ConfigureAwait(false);
                sent = status;
            }
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            // An end as any other.
        }
        finally
        {
            End(service, news.Writer);
        }
        return sent;
    }

    private void Begin(string service, ChannelWriter<ServingStatus> news)
    {
        lock (_lock)
        {
            (CollectionsMarshal.GetValueRefOrAddDefault(_watches, service, out _) ??= []).Add(news);
            news.TryWrite(_statuses.GetValueOrDefault(service, ServingStatus.ServiceUnknown));
        }
    }

    private void End(string service, ChannelWriter<ServingStatus> news)
    {
        lock (_lock)
        {
            var watches = _watches[service];
            watches.Remove(news);
            // Clients choose the names: none may stay behind.
            if (watches.Count == 0)
                _watches.Remove(service);
        }
    }

    private void Tell(string service, ServingStatus status)
    {
        if (!_watches.TryGetValue(service, out var watches))
            return;
        foreach (var news in watches)
            news.TryWrite(status);
    }
}
