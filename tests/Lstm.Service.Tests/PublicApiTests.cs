using Lstm.Tests.Shared;

namespace Lstm.Service.Tests;

public sealed class PublicApiTests
{
    [Fact]
    public void Assembly_MatchesTheApprovedFile() => PublicApi.AssertMatches(typeof(ServiceHost).Assembly, Repository.Path("src", "Lstm.Service", "PublicApi.txt"));
}
