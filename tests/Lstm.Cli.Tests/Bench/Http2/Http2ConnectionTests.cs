using System.Diagnostics;
using Lstm.Cli.Bench.Http2;
using Lstm.Cli.Bench.Load;
using Microsoft.AspNetCore.Http;

namespace Lstm.Cli.Tests.Bench.Http2;

/// <summary>Our frames against Kestrel's.</summary>
public class Http2ConnectionTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Theory]
    [InlineData(0, 1)]
    [InlineData(100, 1000)]
    [InlineData(16_379, 3)] // With its prefix exactly a frame.
    [InlineData(16_380, 3)]
    [InlineData(3_000_000, 4)] // Beyond the windows of stream and connection.
    public async Task Write_MessagesOfAnySize_ComeBackWhole(int size, int count)
    {
        await using ScriptedServer server = await ScriptedServer.StartRawAsync(EchoAsync);
        using var connection = Http2Connection.Connect(server.Address);
        byte[][] sent = [.. Enumerable.Range(0, count).Select(n => Enumerable.Range(0, size).Select(i => (byte)(i * 31 + n)).ToArray())];
        var received = new List<byte[]>();

        Http2Stream stream = connection.OpenStream("/echo", message => received.Add(message.ToArray()));
        foreach (byte[] message in sent)
            connection.Write(stream, message);
        connection.Close(stream);
        connection.Flush();
        ReceiveUntil(connection, () => stream.HasEnded);

        Assert.Equal(sent, received);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(100)]
    [InlineData(3_000_000)]
    public async Task Write_LastMessage_EndsTheCall(int size)
    {
        await using ScriptedServer server = await ScriptedServer.StartRawAsync(EchoAsync);
        using var connection = Http2Connection.Connect(server.Address);
        var lengths = new List<int>();
        int ended = 0;

        for (int n = 1; n <= 3; n++)
        {
            Http2Stream stream = connection.OpenStream("/echo", message => lengths.Add(message.Length), () => ended++);
            connection.Write(stream, new byte[size], isLast: true);
            connection.Flush();
            ReceiveUntil(connection, () => stream.HasEnded);
        }

        Assert.Equal([size, size, size], lengths);
        Assert.Equal(3, ended);
    }

    [Fact]
    public async Task OpenStream_AnyNumberOfCalls_HaveTheHeadThatTheServerSees()
    {
        var seen = new List<string>();
        await using ScriptedServer server = await ScriptedServer.StartRawAsync(context =>
        {
            HttpRequest r = context.Request;
            seen.Add($"{r.Method} {r.Scheme}://{r.Host}{r.Path} {r.ContentType} te={r.Headers.TE}");
            return EchoAsync(context);
        });
        using var connection = Http2Connection.Connect(server.Address);
        string longPath = "/" + new string('p', 300) + "/Method";
        string[] paths = [longPath, longPath, "/other", longPath, "/other"]; // The server remembers the first.

        foreach (string path in paths)
        {
            Http2Stream stream = connection.OpenStream(path, static _ => { });
            connection.Close(stream);
            connection.Flush();
            ReceiveUntil(connection, () => stream.HasEnded);
        }

        Assert.Equal(paths.Select(path => $"POST http://{server.Address.Authority}{path} application/grpc te=trailers"), seen);
    }

    [Theory]
    [InlineData("13", "The server ended stream 1 with grpc-status 13: as told.")]
    [InlineData(null, "The server ended stream 1 with no grpc-status.")]
    public async Task Receive_TrailersWithoutStatusOk_IsAFault(string? status, string expected)
    {
        await using ScriptedServer server = await ScriptedServer.StartRawAsync(async context =>
        {
            while (await ScriptedServer.ReadAsync(context.Request.Body) is not null) { }
            await context.Response.Body.FlushAsync();
            context.Response.AppendTrailer(status is null ? "other" : "grpc-status", status ?? "0");
            if (status is not null)
                context.Response.AppendTrailer("grpc-message", "as%20told");
        });
        using var connection = Http2Connection.Connect(server.Address);
        Http2Stream stream = connection.OpenStream("/x", static _ => { });
        connection.Close(stream);
        connection.Flush();

        var fault = Assert.Throws<LoadException>(() => ReceiveUntil(connection, () => stream.HasEnded));

        Assert.Equal(expected, fault.Message);
    }

    [Fact]
    public async Task Receive_ServerAborts_IsAFault()
    {
        await using ScriptedServer server = await ScriptedServer.StartRawAsync(static context =>
        {
            context.Abort();
            return Task.CompletedTask;
        });
        using var connection = Http2Connection.Connect(server.Address);
        Http2Stream stream = connection.OpenStream("/x", static _ => { });
        connection.Flush();

        var fault = Assert.Throws<LoadException>(() => ReceiveUntil(connection, () => stream.HasEnded));

        Assert.Equal("The server reset stream 1: error 2 of RFC 9113 section 7.", fault.Message);
    }

    private static async Task EchoAsync(HttpContext context)
    {
        context.Response.ContentType = "application/grpc";
        while (await ScriptedServer.ReadAsync(context.Request.Body) is { } message)
            await ScriptedServer.WriteAsync(context.Response.Body, message);
        context.Response.AppendTrailer("grpc-status", "0");
    }

    private static void ReceiveUntil(Http2Connection connection, Func<bool> condition)
    {
        for (var watch = Stopwatch.StartNew(); !condition();)
        {
            Assert.True(watch.Elapsed < Patience, "The server did not end the call.");
            connection.Receive();
            connection.Flush();
        }
    }
}
