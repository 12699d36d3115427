using System.IO.Compression;
using Grpc.Core;
using Grpc.Net.Client;
using Lstm.Grpc.Tests.Hosting;
using Lstm.Grpc.Tests.Protos;

namespace Lstm.Grpc.Tests;

/// <summary>What peers can make the server allocate. Measured over the whole process, so nothing else runs meanwhile.</summary>
[Collection(nameof(MemoryTests))]
[CollectionDefinition(nameof(MemoryTests), DisableParallelization = true)]
public sealed class MemoryTests : RawTests
{
    // What is announced costs nothing until it arrives.
    [Fact]
    public async Task Length_AnnouncedButNeverSent_AllocatesNothing()
    {
        await Raw.CallAsync("Unary", RawClient.Frame([], 0, 4 << 20));
        long before = GC.GetTotalAllocatedBytes(precise: true);
        for (int i = 0; i < 20; i++)
            Assert.Equal(StatusCode.Internal, (await Raw.CallAsync("Unary", RawClient.Frame([], 0, 4 << 20))).Status);

        Assert.InRange(GC.GetTotalAllocatedBytes(precise: true) - before, 0, 8 << 20);
    }

    // 100 KB that inflate to 100 MiB: refused as soon as the limit is passed.
    [Theory]
    [InlineData("gzip")]
    [InlineData("deflate")]
    public async Task Request_Bomb_IsResourceExhaustedAndStaysSmall(string encoding)
    {
        byte[] bomb = Bomb(encoding, 100 << 20);
        Task<RawResponse> CallAsync(byte[] data) => Raw.CallAsync("Unary", RawClient.Frame(data, flag: 1), request => request.Headers.Add("grpc-encoding", encoding));
        Assert.InRange(bomb.Length, 50_000, 200_000);
        await CallAsync(bomb);
        long before = GC.GetTotalAllocatedBytes(precise: true);

        var response = await CallAsync(bomb);

        Assert.Equal(StatusCode.ResourceExhausted, response.Status);
        Assert.InRange(GC.GetTotalAllocatedBytes(precise: true) - before, 0, 32 << 20);
    }

    [Fact]
    public async Task Write_ReaderIsSlow_IsHeldBackByFlowControl()
    {
        using var channel = GrpcChannel.ForAddress(Server.Address);
        using var call = new Probe.ProbeClient(channel).ServerStream(new ProbeRequest { Replies = 1000, ReplyBytes = 1 << 20 });
        Assert.True(await call.ResponseStream.MoveNext());
        long before = GC.GetTotalMemory(forceFullCollection: true);
        for (int i = 0; i < 10; i++)
            Assert.True(await call.ResponseStream.MoveNext());

        // A gigabyte is asked for; what waits in buffers is a few messages.
        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, long.MinValue, 64 << 20);
    }

    private static byte[] Bomb(string encoding, int bytes)
    {
        var output = new MemoryStream();
        using (Stream stream = encoding == "gzip" ? new GZipStream(output, CompressionLevel.Optimal, leaveOpen: true) : new ZLibStream(output, CompressionLevel.Optimal, leaveOpen: true))
            for (int i = 0; i < bytes; i += 1 << 20)
                stream.Write(new byte[1 << 20]);
        return output.ToArray();
    }
}
