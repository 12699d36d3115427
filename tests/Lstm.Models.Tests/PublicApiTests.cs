using Lstm.Tests.Shared;

namespace Lstm.Models.Tests;

public sealed class PublicApiTests
{
    [Fact]
    public void PublicApi_IsTheApprovedOne() => PublicApi.AssertMatches(typeof(ModelLoader).Assembly, Repository.Path("src", "Lstm.Models", "PublicApi.txt"));
}
