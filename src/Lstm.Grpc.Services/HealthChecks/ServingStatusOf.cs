using Microsoft.Extensions.Diagnostics.HealthChecks;
using static Grpc.Health.V1.HealthCheckResponse.Types;

namespace Grpc.AspNetCore.HealthChecks;

/// <summary>From the results of health checks to the health of a service.</summary>
internal static class ServingStatusOf
{
    /// <summary>The health of a service.</summary>
    /// <param name="mapping">Which checks count.</param>
    /// <param name="report">Results of these checks, and perhaps of others.</param>
    /// <returns>NOT_SERVING when one is unhealthy, UNKNOWN when there is none, else SERVING.</returns>
    public static ServingStatus Service(ServiceMapping mapping, HealthReport report)
    {
        var status = ServingStatus.Unknown;
        foreach (var (check, result) in report.Entries)
        {
            if (!mapping.Counts(check, result.Tags))
                continue;
            if (result.Status == HealthStatus.Unhealthy)
                return ServingStatus.NotServing;
            status = ServingStatus.Serving;
        }
        return status;
    }
}
