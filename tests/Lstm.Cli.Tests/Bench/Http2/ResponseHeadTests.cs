using Lstm.Cli.Bench.Http2;
using Lstm.Cli.Bench.Load;

namespace Lstm.Cli.Tests.Bench.Http2;

public class ResponseHeadTests
{
    [Fact]
    public void Read_HeadOfTableAndLiterals_FindsTheStatus()
    {
        // A change of the table's size, :status 200, content-type as a literal with the table's name, date never indexed.
        byte[] block = [0x20, 0x88, 0x0F, 16, 3, .. "a/b"u8, 0x10, 4, .. "date"u8, 1, (byte)'x'];

        var head = ResponseHead.Read(block);

        Assert.Equal((200, null, "", false), (head.HttpStatus, head.GrpcStatus, head.GrpcMessage, head.IsIncomplete));
    }

    [Fact]
    public void Read_Trailers_FindsGrpcStatusAndMessage()
    {
        byte[] block = [0x00, 11, .. "grpc-status"u8, 1, (byte)'5', 0x00, 12, .. "grpc-message"u8, 12, .. "no%20such%21"u8];

        Assert.Equal("grpc-status 5: no such!", ResponseHead.Read(block).ToString());
    }

    [Fact]
    public void Read_StatusAsLiteral_IsRead()
    {
        byte[] block = [0x08, 3, .. "415"u8];

        Assert.Equal("HTTP status 415 and no grpc-status", ResponseHead.Read(block).ToString());
    }

    [Fact]
    public void Read_HuffmanCodedName_SaysThatItIsUnknown()
    {
        byte[] block = [0x00, 0x82, 1, 2, 1, (byte)'5'];

        Assert.True(ResponseHead.Read(block).IsIncomplete);
    }

    [Fact]
    public void Read_PlaceBeyondTheStaticTable_IsRefused()
    {
        var fault = Assert.Throws<LoadException>(() => ResponseHead.Read([0x80 | 62]));

        Assert.Equal("The server refers to place 62 of a table of headers that it was told not to keep.", fault.Message);
    }

    [Theory]
    [InlineData(new byte[] { 0x00 })]
    [InlineData(new byte[] { 0x00, 5, 1 })]
    [InlineData(new byte[] { 0xFF, 0x80, 0x80, 0x80, 0x80, 0x80 })]
    public void Read_Damaged_IsRefused(byte[] block)
    {
        var fault = Assert.Throws<LoadException>(() => ResponseHead.Read(block));

        Assert.Equal("The server sent a damaged block of headers.", fault.Message);
    }
}
