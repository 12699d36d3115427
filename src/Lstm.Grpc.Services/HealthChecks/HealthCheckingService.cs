using Grpc.Core;
using Grpc.Health.V1;
using Grpc.HealthCheck;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using static Grpc.Health.V1.HealthCheckResponse.Types;

namespace Grpc.AspNetCore.HealthChecks;

/// <summary>grpc.health.v1.Health on the health checks of ASP.NET Core. Calls run the checks, unless the statuses that are known already are asked for.</summary>
internal sealed class HealthCheckingService(
    HealthServiceImpl known,
    HealthCheckService checks,
    IOptions<HealthCheckOptions> checkOptions,
    IOptions<GrpcHealthChecksOptions> options,
    IHostApplicationLifetime lifetime) : Health.V1.Health.HealthBase
{
    private readonly GrpcHealthChecksOptions _options = options.Value;

    /// <inheritdoc/>
    public override async Task<HealthCheckResponse> Check(HealthCheckRequest request, ServerCallContext context)
    {
        if (_options.UseHealthChecksCache)
            return await known.Check(request, context).ConfigureAwait(false);
        return _options.Services.TryGet(request.Service, out var mapping)
            ? new() { Status = ServingStatusOf.Service(mapping, await RunAsync([mapping], context.CancellationToken).ConfigureAwait(false)) }
            : throw HealthServiceImpl.NotFound(request.Service);
    }

    /// <inheritdoc/>
    public override async Task<HealthListResponse> List(HealthListRequest request, ServerCallContext context)
    {
        if (_options.UseHealthChecksCache)
            return await known.List(request, context).ConfigureAwait(false);
        var report = await RunAsync(_options.Services, context.CancellationToken).ConfigureAwait(false);
        var response = new HealthListResponse();
        foreach (var mapping in _options.Services)
            response.Statuses.Add(mapping.Name, new() { Status = ServingStatusOf.Service(mapping, report) });
        return response;
    }

    /// <inheritdoc/>
    public override async Task Watch(HealthCheckRequest request, IServerStreamWriter<HealthCheckResponse> responseStream, ServerCallContext context)
    {
        // The first answer is fresh, and news for whoever else watches.
        if (!_options.UseHealthChecksCache && _options.Services.TryGet(request.Service, out var mapping))
            known.SetStatus(mapping.Name, ServingStatusOf.Service(mapping, await RunAsync([mapping], context.CancellationToken).ConfigureAwait(false)));

        var stopping = _options.SuppressCompletionOnShutdown ? CancellationToken.None : lifetime.ApplicationStopping;
        using var end = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, stopping);
        var last = await known.WatchAsync(request.Service, responseStream, end.Token).ConfigureAwait(false);
        if (stopping.IsCancellationRequested && !context.CancellationToken.IsCancellationRequested && last != ServingStatus.NotServing)
            await responseStream.WriteAsync(new() { Status = ServingStatus.NotServing }).ConfigureAwait(false);
    }

    private Task<HealthReport> RunAsync(IEnumerable<ServiceMapping> mappings, CancellationToken cancellationToken) => checks.CheckHealthAsync(
        check => checkOptions.Value.Predicate?.Invoke(check) != false && mappings.Any(mapping => mapping.Counts(check.Name, check.Tags)), cancellationToken);
}
