using Google.Protobuf;
using Lstm.Cli.Bench.Grpc;
using Lstm.Cli.Bench.Load;
using Microsoft.AspNetCore.Http;

namespace Lstm.Cli.Tests.Bench.Grpc;

/// <summary>Whether the generator notices what a server does wrong.</summary>
public class EchoConnectionTests
{
    private static readonly EchoLoad Stream = new("stream", 2, Window: 3, Rows: 2);
    private static readonly EchoLoad Unary = new("unary", 2, Unary: true);

    [Fact]
    public async Task Run_RightAnswers_AreCounted()
    {
        Assert.True(await RunAsync(Stream, static (request, count) => [Reply(request, count, 2)]) > 0);
        Assert.True(await RunAsync(Unary, static (request, count) => [Reply(request, count, 1)]) > 0);
    }

    [Fact]
    public async Task Run_WrongFloat_IsAFault() => Assert.Equal(
        "Expected the first 4 floats of each row of request 3 but got others from the server.",
        await FaultOfAsync(Stream, static (request, count) => [Reply(request, count, 2, wrong: count == 3)]));

    [Fact]
    public async Task Run_TooFewRows_IsAFault() => Assert.Equal(
        "Expected the first 4 floats of each row of request 1 but got others from the server.",
        await FaultOfAsync(Stream, static (request, count) => [Reply(request, count, 1)]));

    [Fact]
    public async Task Run_WrongCount_IsAFault() => Assert.Equal(
        "Expected reply 2 of its call but got 1 from the server.",
        await FaultOfAsync(Stream, static (request, _) => [Reply(request, 1, 2)]));

    [Fact]
    public async Task Run_UnaryWithoutMessage_IsAFault() => Assert.Equal(
        "The server ended a unary call without a message.",
        await FaultOfAsync(Unary, static (_, _) => []));

    [Fact]
    public async Task Run_UnaryWithTwoMessages_IsAFault() => Assert.Equal(
        "The server answered more than it was asked.",
        await FaultOfAsync(Unary, static (request, count) => [Reply(request, count, 1), Reply(request, count, 1)]));

    private static async Task<string> FaultOfAsync(EchoLoad load, Func<byte[], ulong, byte[][]> answer) =>
        (await Assert.ThrowsAsync<LoadException>(() => RunAsync(load, answer))).Message;

    private static async Task<long> RunAsync(EchoLoad load, Func<byte[], ulong, byte[][]> answer)
    {
        await using ScriptedServer server = await ScriptedServer.StartRawAsync(async context =>
        {
            context.Response.ContentType = "application/grpc";
            await context.Response.Body.FlushAsync();
            for (ulong count = 1; await ScriptedServer.ReadAsync(context.Request.Body) is { } request; count++)
            {
                foreach (byte[] reply in answer(request, count))
                    await ScriptedServer.WriteAsync(context.Response.Body, reply);
            }

            context.Response.AppendTrailer("grpc-status", "0");
        });
        using var connection = new EchoConnection(server.Address, load, "a.B");
        await Task.Run(() => connection.Run(LoadTimes.Now(TimeSpan.FromMilliseconds(100))));
        return connection.Messages;
    }

    // The floats of the request lie at its end, in rows of 16.
    private static byte[] Reply(byte[] request, ulong count, int rows, bool wrong = false)
    {
        var floats = request.AsSpan(^(rows * 64)..);
        var y = new byte[rows * 16];
        for (int row = 0; row < rows; row++)
            floats.Slice(row * 64, 16).CopyTo(y.AsSpan(row * 16));
        if (wrong)
            y[^1] ^= 1;
        using var bytes = new MemoryStream();
        using (var output = new CodedOutputStream(bytes, leaveOpen: true))
        {
            output.WriteTag(1, WireFormat.WireType.LengthDelimited);
            output.WriteBytes(ByteString.CopyFrom(y));
            output.WriteTag(2, WireFormat.WireType.Varint);
            output.WriteUInt64(count);
        }

        return bytes.ToArray();
    }
}
