using System.Text;
using Lstm.Cli.Bench.Http2;

namespace Lstm.Cli.Tests.Bench.Http2;

public class RequestHeadTests
{
    [Fact]
    public void Encode_ShortPath_IsTheBlockOfRfc7541()
    {
        byte[] block = RequestHead.Encode("a:1", "/p");

        // Indexed :method POST, :scheme http; literals without indexing: :path, :authority, content-type (31 = 15 + 16), te.
        byte[] expected =
        [
            0x83, 0x86, 0x04, 2, .. "/p"u8, 0x01, 3, .. "a:1"u8, 0x0F, 16, 16, .. "application/grpc"u8, 0x00, 2, .. "te"u8, 8, .. "trailers"u8,
        ];
        Assert.Equal(expected, block);
    }

    [Fact]
    public void Encode_PathOf300_SpreadsItsLengthOverThreeBytes()
    {
        byte[] block = RequestHead.Encode("a:1", new string('p', 300));

        // 300 = 127 + 173; 173 = 0x2D | 0x80, 1.
        Assert.Equal([0x04, 0x7F, 0xAD, 0x01, (byte)'p'], block[2..7]);
        Assert.Equal(300, Encoding.ASCII.GetString(block).Count(static c => c == 'p') - "application/grpc".Count(static c => c == 'p'));
    }

    [Fact]
    public void Encode_ToBeRemembered_IsTheBlockOfRfc7541()
    {
        byte[] block = RequestHead.Encode("a:1", "/p", remember: true);

        // Literals with incremental indexing: the pattern is 01, places have six bits.
        byte[] expected =
        [
            0x83, 0x86, 0x44, 2, .. "/p"u8, 0x41, 3, .. "a:1"u8, 0x5F, 16, .. "application/grpc"u8, 0x40, 2, .. "te"u8, 8, .. "trailers"u8,
        ];
        Assert.Equal(expected, block);
    }
}
