using Google.Protobuf;
using Grpc.Core;
using Grpc.Testing;

namespace Lstm.Grpc.Interop;

// The cases, in the order of the table. Names, sizes and texts are those of the descriptions.
internal sealed partial class InteropClient
{
    // What a server may leave unchecked.
    public const string NoCheck = "the server did not refuse the probe: it does not tell compressed requests from others";
    public const string NoCompression = "the server did not compress what it was asked to";

    private static readonly int[] RequestSizes = [27182, 8, 1828, 45904];
    private static readonly int[] ResponseSizes = [31415, 9, 2653, 58979];

    // The metadata by which the official C# client, too, is told to compress its messages.
    private static readonly CallOptions CompressedCall = new(new Metadata { { "grpc-internal-encoding-request", "gzip" } });

    private async Task EmptyUnaryAsync() => Expect("response", new Empty(), await _service.EmptyCallAsync(new Empty()));

    private async Task LargeUnaryAsync() => Expect("size", 314159, (await _service.UnaryCallAsync(LargeRequest())).Payload.Body.Length);

    private async Task ClientCompressedUnaryAsync()
    {
        var probe = await StatusOfAsync(async () => await _service.UnaryCallAsync(
            LargeRequest(expectCompressed: true), CompressedCall.WithWriteOptions(new WriteOptions(WriteFlags.NoCompress))));
        if (probe.StatusCode == StatusCode.OK)
            _unchecked = NoCheck;
        else
            Expect("status of the probe", StatusCode.InvalidArgument, probe.StatusCode);
        Expect("size", 314159, (await _service.UnaryCallAsync(LargeRequest(expectCompressed: true), CompressedCall)).Payload.Body.Length);
        Expect("size", 314159, (await _service.UnaryCallAsync(LargeRequest(expectCompressed: false))).Payload.Body.Length);
    }

    private async Task ServerCompressedUnaryAsync()
    {
        foreach (bool compressed in new[] { true, false })
        {
            var request = LargeRequest();
            request.ResponseCompressed = new BoolValue { Value = compressed };
            Expect("size", 314159, (await _service.UnaryCallAsync(request)).Payload.Body.Length);
            ExpectFlags(compressed);
        }
    }

    private async Task ClientStreamingAsync()
    {
        using var call = _service.StreamingInputCall();
        foreach (int size in RequestSizes)
            await call.RequestStream.WriteAsync(new StreamingInputCallRequest { Payload = Zeros(size) });
        await call.RequestStream.CompleteAsync();
        Expect("sum", 74922, (await call).AggregatedPayloadSize);
    }

    private async Task ClientCompressedStreamingAsync()
    {
        using (var probe = _service.StreamingInputCall(CompressedCall))
        {
            var status = await StatusOfAsync(async () =>
            {
                await SendAsync(probe, 27182, compressed: false, expectCompressed: true);
                await probe.RequestStream.CompleteAsync();
                await probe;
            });
            if (status.StatusCode == StatusCode.OK)
                _unchecked = NoCheck;
            else
                Expect("status of the probe", StatusCode.InvalidArgument, status.StatusCode);
        }
        using var call = _service.StreamingInputCall(CompressedCall);
        await SendAsync(call, 27182, compressed: true, expectCompressed: true);
        await SendAsync(call, 45904, compressed: false, expectCompressed: false);
        await call.RequestStream.CompleteAsync();
        Expect("sum", 73086, (await call).AggregatedPayloadSize);

        static Task SendAsync(AsyncClientStreamingCall<StreamingInputCallRequest, StreamingInputCallResponse> call, int size, bool compressed, bool expectCompressed)
        {
            call.RequestStream.WriteOptions = new WriteOptions(compressed ? default : WriteFlags.NoCompress);
            return call.RequestStream.WriteAsync(new StreamingInputCallRequest { Payload = Zeros(size), ExpectCompressed = new BoolValue { Value = expectCompressed } });
        }
    }

    private async Task ServerStreamingAsync()
    {
        var request = new StreamingOutputCallRequest();
        request.ResponseParameters.AddRange(ResponseSizes.Select(size => new ResponseParameters { Size = size }));
        using var call = _service.StreamingOutputCall(request);
        ExpectSizes(ResponseSizes, await call.ResponseStream.ReadAllAsync().Select(response => response.Payload.Body.Length).ToArrayAsync());
    }

    private async Task ServerCompressedStreamingAsync()
    {
        using var call = _service.StreamingOutputCall(new StreamingOutputCallRequest
        {
            ResponseParameters =
            {
                new ResponseParameters { Compressed = new BoolValue { Value = true }, Size = 31415 },
                new ResponseParameters { Compressed = new BoolValue { Value = false }, Size = 92653 },
            },
        });
        ExpectSizes([31415, 92653], await call.ResponseStream.ReadAllAsync().Select(response => response.Payload.Body.Length).ToArrayAsync());
        ExpectFlags(true, false);
    }

    private async Task PingPongAsync()
    {
        using var call = _service.FullDuplexCall();
        for (int i = 0; i < RequestSizes.Length; i++)
        {
            await call.RequestStream.WriteAsync(DuplexRequest(RequestSizes[i], ResponseSizes[i]));
            Expect("a response", true, await call.ResponseStream.MoveNext());
            Expect("size", ResponseSizes[i], call.ResponseStream.Current.Payload.Body.Length);
        }
        await call.RequestStream.CompleteAsync();
        Expect("one response more", false, await call.ResponseStream.MoveNext());
    }

    private async Task EmptyStreamAsync()
    {
        using var call = _service.FullDuplexCall();
        await call.RequestStream.CompleteAsync();
        Expect("a response", false, await call.ResponseStream.MoveNext());
    }

    private async Task CustomMetadataAsync()
    {
        var sent = new Metadata { { "x-grpc-test-echo-initial", "test_initial_metadata_value" }, { "x-grpc-test-echo-trailing-bin", [0xab, 0xab, 0xab] } };
        using var unary = _service.UnaryCallAsync(LargeRequest(), sent);
        await unary;
        ExpectEcho(await unary.ResponseHeadersAsync, unary.GetTrailers());

        using var duplex = _service.FullDuplexCall(sent);
        await duplex.RequestStream.WriteAsync(DuplexRequest(271828, 314159));
        await duplex.RequestStream.CompleteAsync();
        ExpectSizes([314159], await duplex.ResponseStream.ReadAllAsync().Select(response => response.Payload.Body.Length).ToArrayAsync());
        ExpectEcho(await duplex.ResponseHeadersAsync, duplex.GetTrailers());

        void ExpectEcho(Metadata headers, Metadata trailers)
        {
            Expect("initial metadata", sent[0].Value, headers.GetValue(sent[0].Key));
            Expect("trailing metadata", "ababab", Convert.ToHexStringLower(trailers.GetValueBytes(sent[1].Key) ?? []));
        }
    }

    private async Task StatusCodeAndMessageAsync()
    {
        var status = new EchoStatus { Code = (int)StatusCode.Unknown, Message = "test status message" };
        await ExpectStatusAsync(StatusCode.Unknown, status.Message, async () => await _service.UnaryCallAsync(new SimpleRequest { ResponseStatus = status }));

        using var call = _service.FullDuplexCall();
        await call.RequestStream.WriteAsync(new StreamingOutputCallRequest { ResponseStatus = status });
        await call.RequestStream.CompleteAsync();
        await ExpectStatusAsync(StatusCode.Unknown, status.Message, () => call.ResponseStream.MoveNext());
    }

    private Task SpecialStatusMessageAsync()
    {
        var status = new EchoStatus { Code = (int)StatusCode.Unknown, Message = "\t\ntest with whitespace\r\nand Unicode BMP \u263a and non-BMP \U0001f608\t\n" };
        return ExpectStatusAsync(StatusCode.Unknown, status.Message, async () => await _service.UnaryCallAsync(new SimpleRequest { ResponseStatus = status }));
    }

    private Task UnimplementedMethodAsync() => ExpectStatusAsync(StatusCode.Unimplemented, null, async () => await _service.UnimplementedCallAsync(new Empty()));

    private Task UnimplementedServiceAsync() => ExpectStatusAsync(StatusCode.Unimplemented, null, async () => await _unimplemented.UnimplementedCallAsync(new Empty()));

    private async Task CancelAfterBeginAsync()
    {
        using var cancellation = new CancellationTokenSource();
        using var call = _service.StreamingInputCall(cancellationToken: cancellation.Token);
        await cancellation.CancelAsync();
        await ExpectStatusAsync(StatusCode.Cancelled, null, async () => await call);
    }

    private async Task CancelAfterFirstResponseAsync()
    {
        using var cancellation = new CancellationTokenSource();
        using var call = _service.FullDuplexCall(cancellationToken: cancellation.Token);
        await call.RequestStream.WriteAsync(DuplexRequest(27182, 31415));
        Expect("a response", true, await call.ResponseStream.MoveNext());
        await cancellation.CancelAsync();
        await ExpectStatusAsync(StatusCode.Cancelled, null, () => call.ResponseStream.MoveNext());
    }

    private async Task TimeoutOnSleepingServerAsync()
    {
        using var call = _service.FullDuplexCall(deadline: DateTime.UtcNow.AddMilliseconds(1));
        await ExpectStatusAsync(StatusCode.DeadlineExceeded, null, async () =>
        {
            try
            {
                await call.RequestStream.WriteAsync(new StreamingOutputCallRequest { Payload = Zeros(27182) });
            }
            catch (Exception exception) when (exception is InvalidOperationException or RpcException)
            {
                // The deadline came first; the read tells the status. grpc-dotnet takes a write on an ended call for misuse, and says Cancelled of one that its end breaks off.
            }
            await call.ResponseStream.MoveNext();
        });
    }

    private void ExpectFlags(params bool[] expected)
    {
        var found = _watcher.LastResponse.Compressed;
        if (expected[0] && !found.Contains(true))
            _unchecked = NoCompression;
        else if (_unchecked is null)
            Expect("compressed flags", string.Join(' ', expected), string.Join(' ', found));
    }

    private static SimpleRequest LargeRequest(bool? expectCompressed = null) => new()
    {
        ResponseSize = 314159,
        Payload = Zeros(271828),
        ExpectCompressed = expectCompressed is { } value ? new BoolValue { Value = value } : null,
    };

    private static StreamingOutputCallRequest DuplexRequest(int size, int responseSize) =>
        new() { Payload = Zeros(size), ResponseParameters = { new ResponseParameters { Size = responseSize } } };

    private static Payload Zeros(int size) => new() { Body = UnsafeByteOperations.UnsafeWrap(new byte[size]) };
}
