using Lstm.Cli.Bench.Http2;

namespace Lstm.Cli.Tests.Bench.Http2;

public class FrameHeaderTests
{
    [Fact]
    public void Write_Headers_IsTheLayoutOfRfc9113()
    {
        var bytes = new byte[FrameHeader.Size];

        new FrameHeader(0x010203, FrameType.Headers, FrameHeader.EndHeaders, 0x04050607).Write(bytes);

        Assert.Equal([1, 2, 3, 1, 4, 4, 5, 6, 7], bytes);
    }

    [Fact]
    public void Read_ReservedBitSet_IsIgnored() =>
        Assert.Equal(new FrameHeader(5, FrameType.Data, 1, 3), FrameHeader.Read([0, 0, 5, 0, 1, 0x80, 0, 0, 3]));
}
