using Grpc.AspNetCore.Server;
using Lstm.Grpc.Tests.Hosting;
using Lstm.Tests.Shared;

namespace Lstm.Grpc.Tests;

/// <summary>The surface may hold nothing that the official packages lack; a change shows here.</summary>
public sealed class PublicApiTests(OfficialPackages packages) : IClassFixture<OfficialPackages>
{
    [Fact]
    public void PublicApi_OfCore_IsTheApprovedOne() =>
        PublicApi.AssertMatches(typeof(global::Grpc.Core.Metadata).Assembly, Repository.Path("src", "Lstm.Grpc.Core", "PublicApi.txt"));

    [Fact]
    public void PublicApi_OfServer_IsTheApprovedOne() =>
        PublicApi.AssertMatches(typeof(GrpcServiceOptions).Assembly, Repository.Path("src", "Lstm.Grpc", "PublicApi.txt"));

    [SkippableTheory]
    [InlineData("Lstm.Grpc.Core")]
    [InlineData("Lstm.Grpc")]
    [InlineData("Lstm.Grpc.Services")]
    public void PublicApi_IsWithinThatOfTheOfficialPackages(string project)
    {
        Skip.If(packages.MissingMeans is not null, packages.MissingMeans);

        string[] ours = File.ReadAllLines(Repository.Path("src", project, "PublicApi.txt"));
        HashSet<string> theirs = [.. packages.LoadAssemblies().SelectMany(PublicApi.Describe)];

        Assert.NotEmpty(ours);
        string[] lacking = [.. ours.Where(line => !theirs.Contains(line) && !IsKnown(line))];
        Assert.True(lacking.Length == 0, $"The packages lack:\n{string.Join('\n', lacking)}");
    }

    // Health.List is in the protocol, not in the packages; an override is no surface of its own.
    private static bool IsKnown(string line) =>
        line.StartsWith("HealthList", StringComparison.Ordinal) || line.Contains("(HealthListRequest ", StringComparison.Ordinal) || line == "GrpcChannel.ShutdownAsyncCore() : Task";
}
