using Lstm.Engine.Onnx;
using Lstm.Tests.Shared;

namespace Lstm.Engine.Tests.Onnx;

public sealed class OnnxSupportTests
{
    [Fact]
    public void Documentation_ListsExactlyTheOperatorsOfTheRegistry()
    {
        string[] lines = File.ReadAllLines(Repository.Path("docs", "onnx-support.md"));
        IEnumerable<string> table = lines.SkipWhile(static l => l != "## Operators").TakeWhile(static l => l != "## Graphs").Where(static l => l.StartsWith('|')).Skip(2);

        Assert.Equal(OperatorRegistry.Names, table.SelectMany(static l => l.Split('|')[1].Split(',', StringSplitOptions.TrimEntries)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Documentation_NamesProofsThatAreThere()
    {
        string[] lines = File.ReadAllLines(Repository.Path("docs", "onnx-support.md"));
        string[] proofs = [.. lines.SkipWhile(static l => l != "## Cells").TakeWhile(static l => l != "## Operators").Where(static l => l.StartsWith('|')).Skip(2)
            .SelectMany(static l => l.Split('|')[^2].Split(',', StringSplitOptions.TrimEntries)).Select(static name => name.Trim('`'))];

        Assert.NotEmpty(proofs);
        Assert.All(proofs, static name => Assert.NotEmpty(Directory.GetDirectories(Repository.Path("tests", "data", "zoo"), name)));
    }
}
