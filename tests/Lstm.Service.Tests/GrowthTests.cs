using System.Diagnostics;
using System.IO.Compression;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Health.V1;
using Lstm.HostilePeers.Wire;
using Lstm.Service.Tests.Hosting;
using Lstm.V1;
using Xunit.Abstractions;

namespace Lstm.Service.Tests;

/// <summary>
/// What a message of a MiB may become in memory. The whole process is measured, with the peer, which copies each byte into a frame: a message that is
/// refused while it is still bytes allocates once to three times its length, the latter when pools are filled. JSON is in <see cref="BodyGrowthTests"/>.
/// </summary>
public sealed class GrowthTests(ServiceFixture fixture, ITestOutputHelper output) : IClassFixture<ServiceFixture>
{
    private const int Bytes = (1 << 20) - 64;
    private const double Refused = 6;
    private const string Predict = "/lstm.v1.Inference/Predict";
    private const string Step = "/lstm.v1.Inference/Step";
    private const string Stream = "/lstm.v1.Inference/Stream";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private static readonly byte[] Model = new PredictRequest { Model = "nyc-taxi" }.ToByteArray();
    private static readonly byte[] Open = Frames.Message(new StreamRequest { Open = new() { Handle = 1, Model = "nyc-taxi" } }.ToByteArray());

    private static readonly Dictionary<string, (string Method, byte[] Message, StatusCode Status, double Most)> Cases = new()
    {
        ["sequences"] = (Predict, [.. Model, .. Repeat([0x12, 0])], StatusCode.InvalidArgument, Refused),
        ["pieces of a state"] = (Predict, [.. Model, .. Field(0x12, Repeat([0x12, 0]))], StatusCode.InvalidArgument, Refused),
        ["axes of a shape"] = (Predict, [.. Model, .. Field(0x12, Field(0x12, Field(0x12, Repeat([1]))))], StatusCode.InvalidArgument, Refused),
        ["axes that are not packed"] = (Predict, [.. Model, .. Field(0x12, Field(0x12, Repeat([0x10, 1])))], StatusCode.InvalidArgument, Refused),
        ["unknown fields of a prediction"] = (Predict, [.. Model, .. Unknown()], StatusCode.InvalidArgument, Refused),
        ["unknown fields of a step"] = (Step, Unknown(), StatusCode.InvalidArgument, Refused),
        ["unknown groups of a step"] = (Step, Repeat([0x7B, 0x7C]), StatusCode.InvalidArgument, Refused),
        ["unknown fields of a stream"] = (Stream, [0x12, 0, .. Unknown()], StatusCode.OK, Refused),
        ["unknown fields of an open"] = (Stream, Field(0x0A, Unknown()), StatusCode.OK, Refused),
        ["pieces of a stream's message"] = (Stream, [.. Field(0x12, Field(0x1A, new byte[Bytes / 2])), .. Repeat([0x12, 0], Bytes / 2)], StatusCode.OK, Refused),
        ["health"] = ("/grpc.health.v1.Health/Check", Unknown(), StatusCode.ResourceExhausted, Refused),
        ["reflection"] = ("/grpc.reflection.v1.ServerReflection/ServerReflectionInfo", Unknown(), StatusCode.ResourceExhausted, Refused),
        // A byte each on the wire, eight in memory, which is rented.
        ["numbers of a batch"] = (Stream, Field(0x22, Field(0x12, Repeat([1]))), StatusCode.OK, 12),
        // A form that few write, and so read by the generated code, in lists that double.
        ["numbers of a batch in two pieces"] = (Stream, Field(0x22, [.. Field(0x12, Repeat([1], Bytes / 2)), .. Field(0x12, Repeat([1], Bytes / 2))]), StatusCode.OK, 40),
    };

    public static TheoryData<string> Names() => [.. Cases.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task AMessage_OfWhatGrowsMost_StaysSmallAndLeavesTheConnectionUsable(string name)
    {
        var (method, message, status, most) = Cases[name];
        byte[] body = method == Stream ? [.. Open, .. Frames.Message(message)] : Frames.Message(message);
        using var peer = await ConnectAsync();
        await CallAsync(peer, method, Open); // Code is compiled.

        long before = GC.GetTotalAllocatedBytes(precise: true);
        long start = Stopwatch.GetTimestamp();
        var end = await CallAsync(peer, method, body);
        double growth = (GC.GetTotalAllocatedBytes(precise: true) - before) / (double)body.Length;

        output.WriteLine($"{name}: {body.Length:N0} bytes, {growth:0.0} times as many allocated, {Stopwatch.GetElapsedTime(start).TotalMilliseconds:N0} ms, {end}");
        Assert.Equal(status, (StatusCode?)end.GrpcStatus);
        Assert.InRange(growth, 0, most);
        Assert.Equal(StatusCode.OK, (StatusCode?)(await CallAsync(peer, "/lstm.v1.Inference/ListModels", Frames.Message([]))).GrpcStatus);
    }

    [Fact]
    public async Task AMessage_Compressed_StaysAsSmall()
    {
        byte[] message = [.. Model, .. Repeat([0x12, 0])];
        var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.Optimal, leaveOpen: true))
            gzip.Write(message);
        byte[] body = Frames.Message(compressed.ToArray(), flag: 1);
        using var peer = await ConnectAsync();
        await CallAsync(peer, Predict, body, ("grpc-encoding", "gzip"));

        long before = GC.GetTotalAllocatedBytes(precise: true);
        var end = await CallAsync(peer, Predict, body, ("grpc-encoding", "gzip"));
        double growth = (GC.GetTotalAllocatedBytes(precise: true) - before) / (double)message.Length;

        output.WriteLine($"{body.Length:N0} bytes, {growth:0.0} times the inflated allocated, {end}");
        Assert.Equal(StatusCode.InvalidArgument, (StatusCode?)end.GrpcStatus);
        Assert.InRange(growth, 0, Refused);
    }

    [Fact]
    public async Task Predict_AsLargeAsAllowed_IsServed()
    {
        var state = (await fixture.Service.Grpc.PredictAsync(new() { Model = "nyc-taxi", WantState = true, Sequences = { new Sequence { X = { TestModels.X() } } } })).Sequences[0].State;
        var request = new PredictRequest { Model = "nyc-taxi" };
        request.Sequences.AddRange(Enumerable.Repeat(new Sequence { X = { TestModels.X() }, State = { state } }, 900));
        request.Sequences.AddRange(Enumerable.Repeat(new Sequence { X = { TestModels.X() } }, 124));
        Assert.InRange(request.CalculateSize(), 900_000, 1 << 20);

        var reply = await fixture.Service.Grpc.PredictAsync(request);

        Assert.Equal(1024, reply.Sequences.Count);
        Assert.Equal(900, reply.Sequences.Count(s => s.Outputs[0].Values.SequenceEqual(reply.Sequences[0].Outputs[0].Values)));
    }

    [Fact]
    public async Task Predict_ThatDoesNotParse_IsRefusedAsAnyMessage()
    {
        var call = new Method<byte[], PredictReply>(
            MethodType.Unary, "lstm.v1.Inference", "Predict", Marshallers.Create(static b => b, static b => b), Marshallers.Create(static r => r.ToByteArray(), PredictReply.Parser.ParseFrom));

        var e = await Assert.ThrowsAsync<RpcException>(async () => await fixture.Service.Invoker.AsyncUnaryCall(call, null, new(), [.. Model, 0x12, 5, 1]));

        Assert.Equal((StatusCode.Internal, "A message of 13 bytes does not parse as PredictRequest."), (e.StatusCode, e.Status.Detail));
    }

    [Fact]
    public async Task Stream_MessageInManyPieces_IsRefusedInItsPlaceAndTheStreamGoesOn()
    {
        var method = new Method<byte[], StreamReply>(
            MethodType.DuplexStreaming, "lstm.v1.Inference", "Stream", Marshallers.Create(static b => b, static b => b), Marshallers.Create(static r => r.ToByteArray(), StreamReply.Parser.ParseFrom));
        using var call = fixture.Service.Invoker.AsyncDuplexStreamingCall(method, null, new());
        await call.RequestStream.WriteAsync(new StreamRequest { Open = new() { Handle = 1, Model = "nyc-taxi" } }.ToByteArray());
        await call.RequestStream.WriteAsync([0x12, 0, 0x12, 0, 0x12, 0, 0x12, 0, 0x12, 0]);
        await call.RequestStream.WriteAsync(new StreamRequest { Step = new() { Handle = 1, X = { TestModels.X() } } }.ToByteArray());
        await call.RequestStream.CompleteAsync();

        var replies = await call.ResponseStream.ReadAllAsync().ToListAsync();

        Assert.Equal("STREAM_REQUEST_PIECES", replies[1].Error.Reason);
        Assert.Equal(
            "Expected one of open, step, batch and close in a message, once, but got 5 of them. Up to 4 are merged as Protobuf says; send a message for each request.", replies[1].Error.Message);
        Assert.Equal(1u, replies[2].Result.Count);
        Assert.Equal(3, replies.Count);
    }

    // Health and reflection carry names.
    [Fact]
    public async Task Health_AMessageAboveItsLimit_IsRefusedWithoutNamingAnOption()
    {
        var health = new Health.HealthClient(fixture.Service.Invoker);

        var refusal = await GrpcRefusal.OfAsync(async () => await health.CheckAsync(new() { Service = new('s', 20_000) }));

        Assert.Equal("MESSAGE_TOO_LARGE", refusal.Info.Reason);
        Assert.Equal("16384", Assert.Single(refusal.Info.Metadata).Value);
    }

    private Task<PeerConnection> ConnectAsync() => PeerConnection.ConnectAsync(new Uri($"http://127.0.0.1:{fixture.Service.GrpcPort}"));

    private static async Task<StreamEnd> CallAsync(PeerConnection peer, string method, byte[] body, params (string, string)[] more)
    {
        var stream = await peer.OpenAsync(Frames.Block([.. Frames.CallHead(method), .. more]));
        await peer.SendDataAsync(stream, body, end: true);
        return await stream.Ended.WaitAsync(Patience);
    }

    private static byte[] Repeat(byte[] piece, int bytes = Bytes) => [.. Enumerable.Repeat(piece, bytes / piece.Length).SelectMany(static one => one)];

    private static byte[] Field(byte tag, byte[] value)
    {
        var stream = new MemoryStream();
        using (var coded = new CodedOutputStream(stream, leaveOpen: true))
        {
            coded.WriteRawTag(tag);
            coded.WriteLength(value.Length);
        }

        stream.Write(value);
        return stream.ToArray();
    }

    // Each of another number, so that a parser that keeps them makes a list for each.
    private static byte[] Unknown()
    {
        var stream = new MemoryStream();
        using (var coded = new CodedOutputStream(stream, leaveOpen: true))
        {
            for (int field = 100; coded.Position < Bytes; field++)
            {
                coded.WriteTag(field, WireFormat.WireType.Varint);
                coded.WriteInt32(1);
            }
        }

        return stream.ToArray();
    }
}
