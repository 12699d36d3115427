using Lstm.Engine.Onnx;
using Lstm.Tests.Shared;

namespace Lstm.Engine.Tests.Onnx;

public sealed class OnnxSupportTests
{
    [Fact]
    public void Documentation_ListsExactlyTheOperatorsOfTheRegistry()
    {
        string[] lines = File.ReadAllLines(Repository.Path("docs", "onnx-support.md"));
        IEnumerable<string> table = lines.SkipWhile(static l => l != "## Operators").TakeWhile(static l => l != "## Limits").Where(static l => l.StartsWith('|')).Skip(2);

        Assert.Equal(OperatorRegistry.Names, table.SelectMany(static l => l.Split('|')[1].Split(',', StringSplitOptions.TrimEntries)).Order(StringComparer.Ordinal));
    }
}
