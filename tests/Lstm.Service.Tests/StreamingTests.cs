using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using Lstm.Service.Tests.Hosting;
using Lstm.Tests.Shared;
using Lstm.V1;

namespace Lstm.Service.Tests;

/// <summary>The bidirectional stream.</summary>
public sealed class StreamingTests(ServiceFixture fixture) : IClassFixture<ServiceFixture>
{
    /// <summary>Passengers. models/nyc-taxi/README.md: a float32 engine stays within 0.05 of the float64 trace.</summary>
    private const double TaxiTolerance = 0.05;

    private RunningService Service => fixture.Service;

    [Fact]
    public async Task Stream_WholeTaxiSeries_AgreesWithTheFloat64Trace()
    {
        const int steps = 10_320, inputSize = 5, outputSize = 3, alone = 1000, chunk = 932;
        byte[] trace = await File.ReadAllBytesAsync(Repository.Path("models", "nyc-taxi", "trace_full.bin"));
        var x = new float[steps * inputSize];
        var y = new double[steps * outputSize];
        Buffer.BlockCopy(trace, 0, x, 0, x.Length * sizeof(float));
        Buffer.BlockCopy(trace, x.Length * sizeof(float), y, 0, y.Length * sizeof(double));
        using var stream = await OpenStreamAsync();

        double worst = 0;
        for (int at = 0; at < steps;)
        {
            // The first thousand one by one, the rest in chunks: the numbers must not care.
            int count = at < alone ? 1 : Math.Min(chunk, steps - at);
            var reply = await AskAsync(stream, new() { Step = Step(1, at + 1, x[(at * inputSize)..((at + count) * inputSize)], count) });
            Assert.Equal((ulong)at + 1, reply.Result.Step);
            for (int i = 0; i < count * outputSize; i++)
                worst = Math.Max(worst, Math.Abs(reply.Result.Y[i] - y[(at * outputSize) + i]));
            at += count;
        }

        Assert.InRange(worst, 0, TaxiTolerance);
    }

    [Fact]
    public async Task Stream_SeveralSessionsPipelined_AnswersInOrderAndKeepsThemApart()
    {
        using var stream = await OpenStreamAsync();
        await AskAsync(stream, new() { Open = new() { Handle = 7, Model = "char-lm" } });
        for (int i = 1; i <= 100; i++)
        {
            await stream.RequestStream.WriteAsync(new() { Step = Step(1, i, TestModels.X(i)) });
            await stream.RequestStream.WriteAsync(new() { Step = Step(7, i, [i % 60]) });
        }

        await stream.RequestStream.CompleteAsync();
        for (int i = 1; i <= 100; i++)
        {
            foreach (var (handle, size) in new[] { (1u, 3), (7u, 65) })
            {
                Assert.True(await stream.ResponseStream.MoveNext(default));
                var reply = stream.ResponseStream.Current;
                Assert.Equal((handle, (ulong)i, size), (reply.Handle, reply.Result.Step, reply.Result.Y.Count));
            }
        }

        Assert.False(await stream.ResponseStream.MoveNext(default));
        Assert.Equal(StatusCode.OK, stream.GetStatus().StatusCode);
    }

    [Fact]
    public async Task Stream_End_LeavesItsSessionsToTheNextStream()
    {
        string id;
        StepResult first;
        using (var stream = Service.Grpc.Stream())
        {
            id = (await AskAsync(stream, new() { Open = new() { Handle = 1, Model = "nyc-taxi" } })).Opened.SessionId;
            first = (await AskAsync(stream, new() { Step = Step(1, 1, TestModels.X()) })).Result;
            // Disposed without completing: as when a client's machine vanishes.
        }

        using var second = Service.Grpc.Stream();
        var opened = (await AskAsync(second, new() { Open = new() { Handle = 3, SessionId = id, Mode = OpenMode.Resume } })).Opened;
        var again = (await AskAsync(second, new() { Step = Step(3, 1, TestModels.X()) })).Result;
        var next = (await AskAsync(second, new() { Step = Step(3, 2, TestModels.X()) })).Result;

        Assert.True(opened.Resumed);
        Assert.Equal(1ul, opened.Step);
        Assert.True(again.Replayed);
        Assert.Equal(first.Y, again.Y);
        Assert.False(next.Replayed);
    }

    [Fact]
    public async Task Stream_FaultOfOneRequest_IsToldInBandAndTheOthersGoOn()
    {
        using var stream = await OpenStreamAsync();
        await AskAsync(stream, new() { Open = new() { Handle = 2, Model = "nyc-taxi" } });
        await AskAsync(stream, new() { Step = Step(1, 1, TestModels.X()) });

        var gap = await AskAsync(stream, new() { Step = Step(1, 5, TestModels.X()) });
        var shape = await AskAsync(stream, new() { Step = Step(2, 1, [1]) });
        var good = await AskAsync(stream, new() { Step = Step(2, 1, TestModels.X()) });

        Assert.Equal((1u, "STEP_GAP", (int)StatusCode.FailedPrecondition, 5ul), (gap.Handle, gap.Error.Reason, gap.Error.Code, gap.Error.Step));
        Assert.Equal("2", gap.Error.Metadata["expected_step"]);
        Assert.Equal((2u, "INPUT_SHAPE", "Expected 5 values (input_size of model 'nyc-taxi') but got 1."), (shape.Handle, shape.Error.Reason, shape.Error.Message));
        Assert.Equal(1ul, good.Result.Step);
    }

    [Fact]
    public async Task Stream_Handles_AreTakenFreeAndGivenBack()
    {
        using var stream = await OpenStreamAsync();
        string id = (await AskAsync(stream, new() { Open = new() { Handle = 5, Model = "nyc-taxi" } })).Opened.SessionId;

        var taken = (await AskAsync(stream, new() { Open = new() { Handle = 5, Model = "nyc-taxi" } })).Error;
        var unknown = (await AskAsync(stream, new() { Step = Step(9, 1, TestModels.X()) })).Error;
        var empty = (await AskAsync(stream, new())).Error;
        var givenBack = (await AskAsync(stream, new() { Close = new() { Handle = 5 } })).Closed;
        var afterwards = (await AskAsync(stream, new() { Close = new() { Handle = 5 } })).Error;
        await AskAsync(stream, new() { Open = new() { Handle = 6, SessionId = id, Mode = OpenMode.Resume } });
        var ended = (await AskAsync(stream, new() { Close = new() { Handle = 6, EndSession = true } })).Closed;

        Assert.Equal(("HANDLE_IN_USE", $"Handle 5 is taken on this stream by session '{id}'. Choose a free one or close it first."), (taken.Reason, taken.Message));
        Assert.Equal(("HANDLE_NOT_OPEN", "Handle 9 is not open on this stream. Open a session under it first.", 1ul), (unknown.Reason, unknown.Message, unknown.Step));
        Assert.Equal(("STREAM_REQUEST_EMPTY", "Expected a message with open, step, batch or close but got one with none of them."), (empty.Reason, empty.Message));
        Assert.Equal(id, givenBack.SessionId);
        Assert.Equal("HANDLE_NOT_OPEN", afterwards.Reason);
        Assert.Equal(id, ended.SessionId);
        Assert.Equal("SESSION_CLOSED", (await GrpcRefusal.OfAsync(async () => await Service.Grpc.GetSessionAsync(new() { SessionId = id }))).Info.Reason);
    }

    [Fact]
    public async Task Stream_SessionClosedElsewhere_IsToldAtTheNextStep()
    {
        using var stream = Service.Grpc.Stream();
        string id = (await AskAsync(stream, new() { Open = new() { Handle = 1, Model = "nyc-taxi" } })).Opened.SessionId;
        await Service.SendAsync("DELETE", $"/v1/sessions/{id}");
        // Somebody takes the id again: the handle still means the session that ended.
        await Service.OpenAsync(id: id);

        var step = await AskAsync(stream, new() { Step = Step(1, 1, TestModels.X()) });
        var close = await AskAsync(stream, new() { Close = new() { Handle = 1, EndSession = true } });

        Assert.Equal("SESSION_CLOSED", step.Error.Reason);
        Assert.Equal("SESSION_CLOSED", close.Error.Reason);
        Assert.Equal(0ul, (await Service.Grpc.GetSessionAsync(new() { SessionId = id })).Step);
    }

    [Theory]
    [InlineData("step", "Expected open as the first message of the stream but got step. Open a session first.")]
    [InlineData("close", "Expected open as the first message of the stream but got close. Open a session first.")]
    [InlineData("", "Expected open as the first message of the stream but got an empty message. Open a session first.")]
    public async Task Stream_FirstMessageNotAnOpen_EndsTheStream(string kind, string text)
    {
        using var stream = Service.Grpc.Stream();
        await stream.RequestStream.WriteAsync(kind switch
        {
            "step" => new() { Step = Step(1, 1, TestModels.X()) },
            "close" => new() { Close = new() { Handle = 1 } },
            _ => new StreamRequest(),
        });

        var refusal = await GrpcRefusal.OfAsync(() => stream.ResponseStream.MoveNext(default));

        Assert.Equal((StatusCode.FailedPrecondition, "STREAM_NOT_OPENED", text), (refusal.Code, refusal.Info.Reason, refusal.Message));
    }

    [Fact]
    public async Task Stream_WithoutAnyMessage_EndsWell()
    {
        using var stream = Service.Grpc.Stream();
        await stream.RequestStream.CompleteAsync();
        Assert.False(await stream.ResponseStream.MoveNext(default));
        Assert.Equal(StatusCode.OK, stream.GetStatus().StatusCode);
    }

    [Fact]
    public async Task Stream_FailedFirstOpen_IsToldInBandAndCanBeTriedAgain()
    {
        using var stream = Service.Grpc.Stream();
        var failed = await AskAsync(stream, new() { Open = new() { Handle = 1, Model = "nope" } });
        var opened = await AskAsync(stream, new() { Open = new() { Handle = 1, Model = "nyc-taxi" } });
        Assert.Equal("MODEL_NOT_FOUND", failed.Error.Reason);
        Assert.NotNull(opened.Opened);
    }

    [Fact]
    public async Task Stream_Wishes_ReturnStateAndGates()
    {
        using var stream = await OpenStreamAsync();
        var request = Step(1, 1, TestModels.X());
        (request.WantState, request.WantGates) = (true, true);

        var wished = (await AskAsync(stream, new() { Step = request })).Result;
        var plain = (await AskAsync(stream, new() { Step = Step(1, 2, TestModels.X()) })).Result;

        Assert.Equal(["layer0.h", "layer0.c", "layer1.h", "layer1.c"], wished.State.Select(static t => t.Name));
        Assert.Equal(["layer0.i", "layer0.f", "layer0.g", "layer0.o", "layer1.i", "layer1.f", "layer1.g", "layer1.o"], wished.Gates.Select(static t => t.Name));
        Assert.All(wished.State.Concat(wished.Gates), static t => Assert.Equal((64, 64u), (t.Values.Count, Assert.Single(t.Shape))));
        // c(1) = i·g from a zero state, and h = o·tanh(c): the pieces are what their names say.
        for (int n = 0; n < 64; n++)
        {
            double c = (double)wished.Gates[0].Values[n] * wished.Gates[2].Values[n];
            Assert.Equal(c, wished.State[1].Values[n], 1e-6);
            Assert.Equal(wished.Gates[3].Values[n] * Math.Tanh(c), wished.State[0].Values[n], 1e-6);
        }

        Assert.Empty(plain.State);
        Assert.Empty(plain.Gates);
    }

    [Fact]
    public async Task Call_OfAnUnknownService_IsUnimplemented()
    {
        var method = new Method<StreamRequest, StreamReply>(
            MethodType.Unary, "lstm.v9.Nothing", "Call", Marshallers.Create(static m => m.ToByteArray(), StreamRequest.Parser.ParseFrom), Marshallers.Create(static m => m.ToByteArray(), StreamReply.Parser.ParseFrom));
        var e = await Assert.ThrowsAsync<RpcException>(async () => await Service.Invoker.AsyncUnaryCall(method, null, default, new()));
        Assert.Equal(StatusCode.Unimplemented, e.StatusCode);
    }

    [Fact]
    public async Task Stream_TooManyHandles_RefusesOneMore()
    {
        await using var service = await RunningService.StartAsync("--Lstm:Grpc:MaxHandlesPerStream", "2");
        using var stream = service.Grpc.Stream();
        await AskAsync(stream, new() { Open = new() { Handle = 1, Model = "nyc-taxi" } });
        await AskAsync(stream, new() { Open = new() { Handle = 2, Model = "nyc-taxi" } });

        var refused = (await AskAsync(stream, new() { Open = new() { Handle = 3, Model = "nyc-taxi" } })).Error;

        Assert.Equal("TOO_MANY_HANDLES", refused.Reason);
        Assert.Equal("2 handles are open on this stream, as many as allowed (Lstm:Grpc:MaxHandlesPerStream). Close some or use another stream.", refused.Message);
        Assert.Equal(2ul, (await service.Grpc.ListSessionsAsync(new())).Total);
    }

    [Fact]
    public async Task Stream_ClientsThatVanish_AreNoErrorsAndLeaveNothingOpen()
    {
        await using var service = await RunningService.StartAsync();
        for (int round = 0; round < 20; round++)
        {
            // A connection of its own, cut in the middle: no goodbye on any layer above TCP.
            using var handler = new SocketsHttpHandler();
            using var channel = GrpcChannel.ForAddress($"http://127.0.0.1:{service.GrpcPort}", new() { HttpHandler = handler });
            var stream = new Inference.InferenceClient(channel).Stream();
            await AskAsync(stream, new() { Open = new() { Handle = 1, SessionId = "s", Model = "nyc-taxi", Mode = OpenMode.CreateOrResume } });
            await stream.RequestStream.WriteAsync(new() { Step = Step(1, 0, TestModels.X()) });
            handler.Dispose();
        }

        await Wait.UntilAsync(
            async () => (await service.Http.GetStringAsync(new Uri("/metrics", UriKind.Relative))).Contains("\nlstm_streams 0\n", StringComparison.Ordinal), "no stream is left open");
        Assert.Equal("s", Assert.Single((await service.Grpc.ListSessionsAsync(new())).Sessions).SessionId);
    }

    [Fact]
    public async Task Stream_WhenTheServiceStops_EndsWithUnavailable()
    {
        await using var service = await RunningService.StartAsync();
        using var stream = service.Grpc.Stream();
        await AskAsync(stream, new() { Open = new() { Handle = 1, Model = "nyc-taxi" } });

        var stop = service.StopAsync();
        var refusal = await GrpcRefusal.OfAsync(() => stream.ResponseStream.MoveNext(default));
        await stop;

        Assert.Equal(
            (StatusCode.Unavailable, "SHUTTING_DOWN", "The service is stopping. Connect again, to this or another instance."), (refusal.Code, refusal.Info.Reason, refusal.Message));
    }

    private async Task<AsyncDuplexStreamingCall<StreamRequest, StreamReply>> OpenStreamAsync()
    {
        var stream = Service.Grpc.Stream();
        var reply = await AskAsync(stream, new() { Open = new() { Handle = 1, Model = "nyc-taxi" } });
        Assert.Equal((1u, 5u, 3u), (reply.Handle, reply.Opened.InputSize, reply.Opened.OutputSize));
        return stream;
    }

    private static async Task<StreamReply> AskAsync(AsyncDuplexStreamingCall<StreamRequest, StreamReply> stream, StreamRequest request)
    {
        await stream.RequestStream.WriteAsync(request);
        Assert.True(await stream.ResponseStream.MoveNext(default), "The stream ended without a reply.");
        return stream.ResponseStream.Current;
    }

    private static StreamStep Step(uint handle, int step, float[] x, int count = 1) => new() { Handle = handle, Step = (ulong)step, X = { x }, Count = (uint)count };
}
