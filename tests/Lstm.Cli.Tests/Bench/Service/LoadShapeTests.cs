using Lstm.Cli.Bench.Service;

namespace Lstm.Cli.Tests.Bench.Service;

public class LoadShapeTests
{
    public static TheoryData<string, int, int, int, int, int, int, double?> Faults => new()
    {
        { "Expected at least a session for each stream but got 4 sessions and 5 streams (--sessions, --streams).", 4, 5, 1, 1, 0, 0, null },
        { "Expected at least a stream for each connection but got 5 streams and 6 connections (--streams, --connections).", 5, 5, 6, 1, 0, 0, null },
        { "Expected --chunk or --batch but got both: a message holds several steps of one session (2) or one step of several sessions (3).", 9, 1, 1, 2, 3, 0, null },
        { "Expected --batch of at most 4, the sessions of a stream, but got 5. Use fewer streams or more sessions.", 9, 2, 1, 1, 5, 0, null },
        { "Expected --rate or --window but got both: at a fixed rate nothing waits for replies.", 9, 2, 1, 1, 0, 5, 100 },
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public void FindFault_ImpossibleShape_SaysWhatWasExpected(string expected, int sessions, int streams, int connections, int chunk, int batch, int window, double? rate) =>
        Assert.Equal(expected, new LoadShape(sessions, streams, connections, chunk, batch, window, rate).FindFault());

    [Fact]
    public void Standard_EveryCase_IsPossible() => Assert.All(BenchCase.Standard("m"), static c => Assert.Null(c.Shape.FindFault()));

    [Fact]
    public void ToString_Batch_IsWords() => Assert.Equal("1,000 sessions on 4 streams, 250 sessions a message", new LoadShape(1000, 4, Batch: 250).ToString());
}
