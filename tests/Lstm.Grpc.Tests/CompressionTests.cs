using System.IO.Compression;
using Google.Protobuf;
using Grpc.Core;
using Lstm.Grpc.Tests.Hosting;
using Lstm.Grpc.Tests.Protos;

namespace Lstm.Grpc.Tests;

/// <summary>grpc/grpc doc/compression.md, and what a hostile peer makes of it.</summary>
public sealed class CompressionTests : RawTests
{
    private static readonly byte[] Message = new ProbeRequest { Text = "squeezed", Payload = ByteString.CopyFrom(new byte[1000]) }.ToByteArray();

    [Theory]
    [InlineData("gzip")]
    [InlineData("deflate")]
    public async Task Request_Compressed_IsRead(string encoding)
    {
        var response = await CallAsync(Compress(encoding, Message), encoding);

        Assert.Equal(StatusCode.OK, response.Status);
        Assert.Equal("squeezed", Assert.Single(response.Replies).Text);
    }

    [Fact]
    public async Task Request_NotCompressedUnderAnUnknownEncoding_IsRead()
    {
        var response = await Raw.CallAsync("Unary", RawClient.Frame(Message), request => request.Headers.Add("grpc-encoding", "snappy"));

        Assert.Equal(StatusCode.OK, response.Status);
    }

    // "If an unsupported compression is used: UNIMPLEMENTED, with grpc-accept-encoding."
    [Fact]
    public async Task Request_CompressedByAnUnknownEncoding_IsUnimplementedAndSaysWhatIsAccepted()
    {
        var response = await CallAsync(Message, "snappy");

        Assert.Equal(StatusCode.Unimplemented, response.Status);
        Assert.Equal("identity,gzip,deflate", Assert.Single(response.Headers["grpc-accept-encoding"]));
    }

    // "Compressed-Flag set but no encoding: INTERNAL."
    [Theory]
    [InlineData(null)]
    [InlineData("identity")]
    public async Task Request_MarkedAsCompressedWithoutEncoding_IsInternal(string? encoding)
    {
        var response = await CallAsync(Compress("gzip", Message), encoding);

        Assert.Equal(StatusCode.Internal, response.Status);
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("deflate")]
    public async Task Request_BrokenInAnyWay_IsInternal(string encoding)
    {
        byte[] whole = Compress(encoding, Message);
        byte[] flipped = [.. whole];
        flipped[^2] ^= 0x40;
        byte[][] broken = [whole[..^1], whole[..(whole.Length / 2)], whole[..1], whole[..7], whole[..8], whole[..10], [.. whole, 0], [.. whole, .. whole], [.. whole, .. "garbage"u8], flipped, Message];
        foreach (byte[] data in broken)
        {
            var response = await CallAsync(data, encoding);
            Assert.True(response.Status == StatusCode.Internal, $"{data.Length} bytes of {whole.Length}: {response.Status} {response.Message}");
        }
    }

    // An empty message is compressed to nothing by the streams of .NET, and so by the official C# client.
    [Theory]
    [InlineData("gzip")]
    [InlineData("deflate")]
    public async Task Request_EmptyAndCompressedToNothing_IsRead(string encoding)
    {
        var response = await CallAsync([], encoding);

        Assert.Equal(StatusCode.OK, response.Status);
    }

    // Found by the interop case empty_unary: what .NET makes of an empty message, others could not read.
    [Theory]
    [InlineData("gzip")]
    [InlineData("deflate")]
    public async Task Response_Empty_IsNotCompressed(string algorithm)
    {
        await using var server = await ProbeServer.StartAsync(options => options.ResponseCompressionAlgorithm = algorithm);
        using var raw = new RawClient(server.Address);

        var response = await raw.CallAsync("Unary", new ProbeRequest { Behaviour = Behaviour.EmptyReply }, request => request.Headers.Add("grpc-accept-encoding", algorithm));

        var (flag, payload) = Assert.Single(response.Frames);
        Assert.Equal(0, flag);
        Assert.Empty(payload);
    }

    [Theory]
    [InlineData("gzip", "identity,deflate,gzip", true)]
    [InlineData("deflate", "deflate", true)]
    [InlineData("gzip", "identity, gzip", true)]
    [InlineData("gzip", "identity,deflate", false)]
    [InlineData("gzip", null, false)]
    public async Task Response_IsCompressedOnlyForWhoAcceptsIt(string algorithm, string? accepted, bool compressed)
    {
        await using var server = await ProbeServer.StartAsync(options => options.ResponseCompressionAlgorithm = algorithm);
        using var raw = new RawClient(server.Address);

        var response = await raw.CallAsync("Unary", RawClient.Frame(Message), request => request.Headers.TryAddWithoutValidation("grpc-accept-encoding", accepted));

        var (flag, payload) = Assert.Single(response.Frames);
        Assert.Equal(compressed ? 1 : 0, flag);
        Assert.Equal(compressed, response.Headers.ContainsKey("grpc-encoding"));
        Assert.Equal(1000, ProbeReply.Parser.ParseFrom(compressed ? Decompress(algorithm, payload) : payload).Payload.Length);
    }

    // "When compression is disabled for a message, the flag is 0."
    [Fact]
    public async Task Response_HandlerAsksForNoCompression_IsPlain()
    {
        await using var server = await ProbeServer.StartAsync(options => options.ResponseCompressionAlgorithm = "gzip");
        using var raw = new RawClient(server.Address);

        var response = await raw.CallAsync("Unary", new ProbeRequest { Behaviour = Behaviour.NoCompression }, request => request.Headers.Add("grpc-accept-encoding", "gzip"));

        Assert.Equal(0, Assert.Single(response.Frames).Flag);
    }

    [Fact]
    public async Task Options_UnknownAlgorithm_IsRefusedAtStart()
    {
        var exception = await Assert.ThrowsAsync<InvalidOperationException>(() => ProbeServer.StartAsync(options => options.ResponseCompressionAlgorithm = "snappy"));

        Assert.Equal("ResponseCompressionAlgorithm 'snappy' is not supported: use \"gzip\", \"deflate\" or null.", exception.Message);
    }

    private Task<RawResponse> CallAsync(byte[] compressed, string? encoding) => Raw.CallAsync(
        "Unary",
        RawClient.Frame(compressed, flag: 1),
        request =>
        {
            if (encoding is not null)
                request.Headers.Add("grpc-encoding", encoding);
        });

    private static byte[] Compress(string encoding, byte[] data)
    {
        var output = new MemoryStream();
        using (var stream = Compressor(encoding, output))
            stream.Write(data);
        return output.ToArray();
    }

    private static byte[] Decompress(string encoding, byte[] data)
    {
        var output = new MemoryStream();
        using Stream stream = encoding == "gzip" ? new GZipStream(new MemoryStream(data), CompressionMode.Decompress) : new ZLibStream(new MemoryStream(data), CompressionMode.Decompress);
        stream.CopyTo(output);
        return output.ToArray();
    }

    private static Stream Compressor(string encoding, Stream output) =>
        encoding == "gzip" ? new GZipStream(output, CompressionLevel.Fastest, leaveOpen: true) : new ZLibStream(output, CompressionLevel.Fastest, leaveOpen: true);
}
