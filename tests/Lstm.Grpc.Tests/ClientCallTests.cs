using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using Lstm.Grpc.Tests.Hosting;
using Lstm.Grpc.Tests.Protos;

namespace Lstm.Grpc.Tests;

/// <summary>Our client and our server, over a real connection.</summary>
public sealed class ClientCallTests : IAsyncLifetime
{
    private ProbeServer _server = null!; // set by InitializeAsync, before any test
    private GrpcChannel _channel = null!; // as above
    private Probe.ProbeClient _client = null!; // as above

    public async Task InitializeAsync()
    {
        _server = await ProbeServer.StartAsync();
        _channel = GrpcChannel.ForAddress(_server.Address);
        _client = new Probe.ProbeClient(_channel);
    }

    public async Task DisposeAsync()
    {
        _channel.Dispose();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task Unary_Request_GivesReplyStatusAndTrailers()
    {
        using var call = _client.UnaryAsync(new ProbeRequest { Text = "hello" });

        Assert.Equal("hello", (await call).Text);
        Assert.Equal(StatusCode.OK, call.GetStatus().StatusCode);
        Assert.Empty(call.GetTrailers());
        Assert.DoesNotContain(await call.ResponseHeadersAsync, entry => entry.Key.StartsWith("grpc-", StringComparison.Ordinal));
    }

    [Fact]
    public void UnaryBlocking_Request_GivesReply() =>
        Assert.Equal("hello", _client.Unary(new ProbeRequest { Text = "hello" }).Text);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(16 * 1024)]
    [InlineData(3_900_000)]
    public async Task Unary_PayloadOfAnySize_ComesBackEqual(int bytes)
    {
        byte[] payload = new byte[bytes];
        new Random(7).NextBytes(payload);

        var reply = await _client.UnaryAsync(new ProbeRequest { Payload = ByteString.CopyFrom(payload) });

        Assert.Equal(payload, reply.Payload.ToByteArray());
    }

    [Fact]
    public async Task ClientStream_ThousandMessages_AllArrive()
    {
        using var call = _client.ClientStream();
        for (int i = 0; i < 1000; i++)
            await call.RequestStream.WriteAsync(new ProbeRequest { Payload = ByteString.CopyFrom(new byte[i]) });
        await call.RequestStream.CompleteAsync();

        var reply = await call;

        Assert.Equal(1000, reply.Count);
        Assert.Equal("499500", reply.Text);
    }

    [Fact]
    public async Task ServerStream_ThousandReplies_ComeInOrder()
    {
        using var call = _client.ServerStream(new ProbeRequest { Replies = 1000, ReplyBytes = 500 });
        int expected = 0;
        await foreach (var reply in call.ResponseStream.ReadAllAsync())
            Assert.Equal(++expected, reply.Count);

        Assert.Equal(1000, expected);
        Assert.Equal(StatusCode.OK, call.GetStatus().StatusCode);
    }

    [Fact]
    public async Task ServerStream_BufferHints_AllRepliesArrive()
    {
        using var call = _client.ServerStream(new ProbeRequest { Replies = 100, Behaviour = Behaviour.BufferHint });

        Assert.Equal(100, await call.ResponseStream.ReadAllAsync().CountAsync());
    }

    [Fact]
    public async Task Duplex_PingPong_EachRequestHasItsReply()
    {
        using var call = _client.Duplex();
        for (int i = 1; i <= 200; i++)
        {
            await call.RequestStream.WriteAsync(new ProbeRequest { Text = $"{i}" });
            Assert.True(await call.ResponseStream.MoveNext());
            Assert.Equal($"{i}", call.ResponseStream.Current.Text);
        }
        await call.RequestStream.CompleteAsync();

        Assert.False(await call.ResponseStream.MoveNext());
        Assert.False(await call.ResponseStream.MoveNext());
        Assert.Equal(StatusCode.OK, call.GetStatus().StatusCode);
    }

    [Fact]
    public async Task Duplex_HundredAndFiftyStreamsAtOnce_AllProceed()
    {
        // More than the hundred streams that a connection carries.
        await Task.WhenAll(Enumerable.Range(0, 150).Select(async _ =>
        {
            using var call = _client.Duplex();
            for (int i = 1; i <= 5; i++)
            {
                await call.RequestStream.WriteAsync(new ProbeRequest());
                Assert.True(await call.ResponseStream.MoveNext());
                Assert.Equal(i, call.ResponseStream.Current.Count);
            }
            await call.RequestStream.CompleteAsync();
            Assert.False(await call.ResponseStream.MoveNext());
        }));
    }

    [Fact]
    public async Task Duplex_FailureInTheMiddle_ThrowsFromMoveNextWithTrailers()
    {
        using var call = _client.Duplex();
        await call.RequestStream.WriteAsync(new ProbeRequest());
        Assert.True(await call.ResponseStream.MoveNext());
        await call.RequestStream.WriteAsync(new ProbeRequest { Behaviour = Behaviour.Fail, StatusCode = (int)StatusCode.DataLoss, Text = "lost" });

        var exception = await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext());

        Assert.Equal(StatusCode.DataLoss, exception.StatusCode);
        Assert.Equal("lost", exception.Status.Detail);
        Assert.Equal("asked to", exception.Trailers.GetValue("x-why"));
        Assert.Equal(StatusCode.DataLoss, call.GetStatus().StatusCode);
        await Assert.ThrowsAsync<RpcException>(() => call.RequestStream.WriteAsync(new ProbeRequest()));
    }

    [Fact]
    public async Task Duplex_HeadersBeforeAnyMessage_ArriveAtOnce()
    {
        using var call = _client.ServerStream(new ProbeRequest { Behaviour = Behaviour.HeadersFirst });

        await call.ResponseHeadersAsync.WaitAsync(TimeSpan.FromSeconds(10));
        _server.Log.Release();

        Assert.False(await call.ResponseStream.MoveNext());
    }

    [Fact]
    public async Task Unary_Metadata_GoesBothWays()
    {
        var sent = new Metadata { { "x-text", "a" }, { "x-text", "b, c" }, { "x-data-bin", [0, 1, 254, 255] }, { "x-empty-bin", Array.Empty<byte>() } };
        using var call = _client.UnaryAsync(new ProbeRequest { Behaviour = Behaviour.EchoMetadata }, sent);
        await call;

        foreach (var received in new[] { await call.ResponseHeadersAsync, call.GetTrailers() })
        {
            Assert.Equal<IEnumerable<byte>?>([0, 1, 254, 255], received.GetValueBytes("x-data-bin"));
            Assert.Equal<IEnumerable<byte>?>([], received.GetValueBytes("x-empty-bin"));
            Assert.Equal("a, b, c", string.Join(", ", received.GetAll("x-text").Select(entry => entry.Value)));
        }
    }

    [Theory]
    [InlineData(StatusCode.Cancelled)]
    [InlineData(StatusCode.NotFound)]
    [InlineData(StatusCode.Unauthenticated)]
    public async Task Unary_HandlerFails_StatusArrives(StatusCode code)
    {
        const string text = "100 % \u2603 \U0001F600 \r\n\t end";
        var exception = await Assert.ThrowsAsync<RpcException>(async () =>
            await _client.UnaryAsync(new ProbeRequest { Behaviour = Behaviour.Fail, StatusCode = (int)code, Text = text }));

        Assert.Equal(code, exception.StatusCode);
        Assert.Equal(text, exception.Status.Detail);
        Assert.Equal("asked to", exception.Trailers.GetValue("x-why"));
    }

    [Fact]
    public async Task Unary_StatusDetails_ArriveAsBytes()
    {
        byte[] details = [1, 2, 3, 0, 255];
        var exception = await Assert.ThrowsAsync<RpcException>(async () =>
            await _client.UnaryAsync(new ProbeRequest { Behaviour = Behaviour.Details, Payload = ByteString.CopyFrom(details) }));

        Assert.Equal(StatusCode.FailedPrecondition, exception.StatusCode);
        Assert.Equal<IEnumerable<byte>?>(details, exception.Trailers.GetValueBytes("grpc-status-details-bin"));
    }

    [Fact]
    public async Task Unary_MethodNotOverridden_IsUnimplemented()
    {
        var exception = await Assert.ThrowsAsync<RpcException>(async () => await _client.NotThereAsync(new ProbeRequest()));

        Assert.Equal(StatusCode.Unimplemented, exception.StatusCode);
    }

    [Fact]
    public async Task Unary_LargerThanTheServerTakes_IsResourceExhausted()
    {
        var exception = await Assert.ThrowsAsync<RpcException>(async () =>
            await _client.UnaryAsync(new ProbeRequest { Payload = ByteString.CopyFrom(new byte[5 << 20]) }));

        Assert.Equal(StatusCode.ResourceExhausted, exception.StatusCode);
    }

    [Fact]
    public async Task ServerStream_ReplyLargerThanTheClientTakes_IsResourceExhausted()
    {
        using var channel = GrpcChannel.ForAddress(_server.Address, new GrpcChannelOptions { MaxReceiveMessageSize = 1000 });
        using var call = new Probe.ProbeClient(channel).ServerStream(new ProbeRequest { Replies = 1, ReplyBytes = 1001 });

        var exception = await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext());

        Assert.Equal(StatusCode.ResourceExhausted, exception.StatusCode);
    }

    [Fact]
    public async Task Unary_LargerThanTheClientSends_IsResourceExhaustedAndNotSent()
    {
        using var channel = GrpcChannel.ForAddress(_server.Address, new GrpcChannelOptions { MaxSendMessageSize = 10 });

        var exception = await Assert.ThrowsAsync<RpcException>(async () => await new Probe.ProbeClient(channel).UnaryAsync(new ProbeRequest { Text = "0123456789" }));

        Assert.Equal(StatusCode.ResourceExhausted, exception.StatusCode);
        Assert.Empty(_server.Log.Calls);
    }

    [Fact]
    public async Task Unary_GzipRequest_Arrives()
    {
        var reply = await _client.UnaryAsync(
            new ProbeRequest { Payload = ByteString.CopyFrom(new byte[100_000]) },
            new Metadata { { "grpc-internal-encoding-request", "gzip" } });

        Assert.Equal(100_000, reply.Payload.Length);
    }
}
