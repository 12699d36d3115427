using Lstm.Tests.Shared;

namespace Lstm.OnnxRuntime.Tests;

public sealed class PublicApiTests
{
    [Fact]
    public void PublicApi_IsTheApprovedOne() => PublicApi.AssertMatches(typeof(OrtModel).Assembly, Repository.Path("src", "Lstm.OnnxRuntime", "PublicApi.txt"));
}
