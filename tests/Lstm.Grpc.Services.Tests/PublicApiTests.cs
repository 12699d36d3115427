using Grpc.HealthCheck;
using Lstm.Tests.Shared;

namespace Lstm.Grpc.Services.Tests;

/// <summary>The surface may hold nothing that the official packages lack, but for Health.List; a change shows here.</summary>
public sealed class PublicApiTests
{
    [Fact]
    public void PublicApi_IsTheApprovedOne() => PublicApi.AssertMatches(typeof(HealthServiceImpl).Assembly, Repository.Path("src", "Lstm.Grpc.Services", "PublicApi.txt"));
}
