using Grpc.AspNetCore.Server;
using Lstm.Tests.Shared;

namespace Lstm.Grpc.Tests;

/// <summary>The surface may hold nothing that the official packages lack; a change shows here.</summary>
public sealed class PublicApiTests
{
    [Fact]
    public void PublicApi_OfCore_IsTheApprovedOne() =>
        PublicApi.AssertMatches(typeof(global::Grpc.Core.Metadata).Assembly, Repository.Path("src", "Lstm.Grpc.Core", "PublicApi.txt"));

    [Fact]
    public void PublicApi_OfServer_IsTheApprovedOne() =>
        PublicApi.AssertMatches(typeof(GrpcServiceOptions).Assembly, Repository.Path("src", "Lstm.Grpc", "PublicApi.txt"));
}
