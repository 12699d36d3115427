using Lstm.Cli.Bench.Http2;

namespace Lstm.Cli.Tests.Bench.Http2;

public class KnownHeadTests
{
    [Fact]
    public void Read_SameAndOtherBlocks_SaysWhatEachSays()
    {
        var known = new KnownHead();

        Assert.Null(known.Read([]).HttpStatus);
        Assert.Equal(200, known.Read([0x88]).HttpStatus);
        Assert.Same(known.Read([0x88]), known.Read([0x88]));
        Assert.Equal(404, known.Read([0x8D]).HttpStatus);
    }
}
