using Lstm.Tests.Shared;

namespace Lstm.Client.Tests;

public sealed class PublicApiTests
{
    [Fact]
    public void PublicApi_IsTheApprovedOne() => PublicApi.AssertMatches(typeof(LstmClient).Assembly, Repository.Path("src", "Lstm.Client", "PublicApi.txt"));
}
