using Grpc.Core;
using Lstm.Service.Tests.Hosting;
using Lstm.V1;

namespace Lstm.Service.Tests;

/// <summary>A model that cannot be stepped: it predicts, and has no sessions.</summary>
public sealed class NotStreamableTests : IAsyncLifetime
{
    private const string Detail =
        "Model 'backward' cannot be stepped, so it has no sessions: LSTM 'back': direction is reverse: it needs the end of the sequence. "
        + "Send whole sequences to Predict (POST /v1/models/backward:predict).";

    private readonly DirectoryInfo _folder = System.IO.Directory.CreateTempSubdirectory("lstm-backward-");
    private BackwardModel? _model;
    private RunningService? _service;

    private RunningService Service => _service ?? throw new InvalidOperationException("The service has not started.");

    private BackwardModel Model => _model ?? throw new InvalidOperationException("The model was not loaded.");

    public async Task InitializeAsync()
    {
        await File.WriteAllTextAsync(Path.Combine(_folder.FullName, "backward.onnx"), "");
        await File.WriteAllTextAsync(Path.Combine(_folder.FullName, "exact.onnx"), "");
        _service = await RunningService.StartAsync(
            path => Path.GetFileName(path) == "exact.onnx" ? new BackwardModel(path, exact: 5) : _model = new BackwardModel(path), "--models", _folder.FullName, "--Lstm:Predict:MaxRunning", "1", "--Lstm:Predict:MaxWaiting", "1");
    }

    public async Task DisposeAsync()
    {
        await Service.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task Open_OnEveryFace_IsRefusedWithOperatorAndReason()
    {
        var unary = await GrpcRefusal.OfAsync(() => Service.OpenAsync("backward", "b"));
        using var stream = Service.Grpc.Stream();
        await stream.RequestStream.WriteAsync(new() { Open = new() { Handle = 1, SessionId = "b", Model = "backward", Mode = OpenMode.CreateOrResume } });
        Assert.True(await stream.ResponseStream.MoveNext(default));
        var error = stream.ResponseStream.Current.Error;
        var (status, problem) = await Service.SendAsync("POST", "/v1/sessions", """{"session_id": "b", "model": "backward"}""");

        Assert.Equal((StatusCode.FailedPrecondition, "NOT_STREAMABLE", Detail), (unary.Code, unary.Info.Reason, unary.Message));
        Assert.Equal(("LSTM", "LSTM 'back': direction is reverse: it needs the end of the sequence."), (unary.Info.Metadata["operators"], unary.Info.Metadata["reasons"]));
        Assert.Equal(((int)StatusCode.FailedPrecondition, "NOT_STREAMABLE", Detail), (error.Code, error.Reason, error.Message));
        Assert.Equal((409, "NOT_STREAMABLE", Detail), (status, problem.GetProperty("reason").GetString(), problem.GetProperty("detail").GetString()));
        Assert.Equal(0ul, (await Service.Grpc.ListSessionsAsync(new())).Total);
    }

    [Fact]
    public async Task Ready_WithSuchAModelAlone_IsReady()
    {
        var (status, health) = await Service.SendAsync("GET", "/healthz/ready");
        Assert.Equal((200, "ready"), (status, health.GetProperty("models")[0].GetProperty("status").GetString()));
        Assert.Equal(1, Model.Runs); // It was run once at the start, as others are stepped.
    }

    [Fact]
    public async Task GetModel_OnBothFaces_SaysWhyAndWhatElseIsKnown()
    {
        var (_, json) = await Service.SendAsync("GET", "/v1/models/backward");
        var grpc = await Service.Grpc.GetModelAsync(new() { Model = "backward" });

        Assert.Equal(grpc, V1.Model.Parser.ParseJson(json.GetRawText()));
        Assert.False(grpc.Streamable);
        Assert.Equal([new ModelFault { Node = "back", Operator = "LSTM", Reason = "direction is reverse: it needs the end of the sequence." }], grpc.NotStreamable);
        Assert.Equal([new ModelFault { Node = "mix", Operator = "Mystery", Reason = "the operator is not supported natively." }], grpc.NotNative);
        Assert.Equal(
            "It runs in ONNX Runtime, so the last bits of a step may depend on the machine and on the other sessions of its batch: batch invariance, which the native engine promises, does not hold. "
            + "Not native, because of Mystery 'mix': the operator is not supported natively.",
            grpc.InvarianceNote);
        Assert.Equal(("onnxruntime", false, 4u, 0u, 8u, 1234ul, 2u), (grpc.Backend, grpc.BatchInvariant, grpc.MaxBatch, grpc.SequenceLength, grpc.LongestSequence, grpc.FlopsPerStep, grpc.FrameContext));
        Assert.Equal(new Tensor { Name = "x", Dtype = "float32", EveryStep = true, Axes = "[B, T]", DisplayName = "demand", Features = { "riders" }, Units = { "1/h" } }, Assert.Single(grpc.Inputs));
        Assert.Equal(new Tensor { Name = "total", Dtype = "float32", Shape = { 1 }, Quantiles = { 0.5 } }, grpc.Outputs[1]);
        Assert.Equal(new Layer { Name = "back", Kind = "LSTM", InputSize = 1, HiddenSize = 1, Parameters = 12, Direction = "reverse" }, Assert.Single(grpc.Layers));
        Assert.Equal([new StatePiece { Name = "h", Shape = { 1 }, Dtype = "float32" }], grpc.States);
        Assert.Equal([new StatePair { Input = "h0", Output = "hn", Found = "by hand" }], grpc.StatePairs);
    }

    [Fact]
    public async Task Predict_RunsAllSequencesTogetherAndGivesOutputsByName()
    {
        var reply = await Service.Grpc.PredictAsync(new()
        {
            Model = "backward",
            WantState = true,
            Sequences = { new Sequence { X = { 1, 2, 3 } }, new Sequence { X = { 4 }, State = { new NamedTensor { Name = "h", Values = { 0.5f } } } } },
        });

        Assert.Equal(2, Model.Runs);
        Assert.Equal(
            [
                new SequenceResult { Length = 3, Outputs = { Tensor("rest", [3], 6, 5, 3), Tensor("total", [1], 6) }, State = { Tensor("h", [1], 6) } },
                new SequenceResult { Length = 1, Outputs = { Tensor("rest", [1], 4), Tensor("total", [1], 4) }, State = { Tensor("h", [1], 4.5f) } },
            ],
            reply.Sequences);
    }

    [Fact]
    public async Task Predict_TooLongASequence_IsRefusedWithItsLength()
    {
        var refusal = await GrpcRefusal.OfAsync(() => PredictAsync(new float[9]));
        Assert.Equal(
            (StatusCode.InvalidArgument, "SEQUENCE_LENGTH", "Sequence 1 (model 'backward'): Expected at most 8 timesteps but got 9; the whole sequence has to be in memory at once."),
            (refusal.Code, refusal.Info.Reason, refusal.Message));
        Assert.Equal(("1", "9"), (refusal.Info.Metadata["sequence"], refusal.Info.Metadata["length"]));
    }

    [Fact]
    public async Task Predict_OfAnotherLengthThanTheFiles_IsRefusedWithTheRightOne()
    {
        Assert.Equal(5u, (await Service.Grpc.GetModelAsync(new() { Model = "exact" })).SequenceLength);
        var (status, problem) = await Service.SendAsync("POST", "/v1/models/exact:predict", """{"sequences": [{"x": [1, 2, 3, 4, 5]}, {"x": [1]}]}""");

        Assert.Equal((400, "SEQUENCE_LENGTH"), (status, problem.GetProperty("reason").GetString()));
        Assert.Equal(
            "Sequence 2 (model 'exact'): Expected exactly 5 timesteps, the length that the file was exported with, but got 1.", problem.GetProperty("detail").GetString());
    }

    [Fact]
    public async Task Predict_WhenTooManyWait_IsRefusedAndTheOthersAreDone()
    {
        using var reached = new ManualResetEventSlim();
        using var leave = new ManualResetEventSlim();
        Model.Running = () =>
        {
            reached.Set();
            leave.Wait();
        };
        var running = PredictAsync(1);
        await Wait.UntilAsync(() => Task.FromResult(reached.IsSet), "a prediction runs");
        Task<PredictReply>[] others = [PredictAsync(2), PredictAsync(3)];
        var refused = await Task.WhenAny(others);
        var bad = await GrpcRefusal.OfAsync(() => PredictAsync());
        leave.Set();

        var refusal = await GrpcRefusal.OfAsync(() => refused);
        Assert.Equal((StatusCode.ResourceExhausted, "QUEUE_FULL"), (refusal.Code, refusal.Info.Reason));
        Assert.Equal("1 requests already wait for predictions, as many as allowed (Lstm:Predict:MaxWaiting). Nothing was done; send the same request again a little later.", refusal.Message);
        Assert.Equal("SEQUENCE_LENGTH", bad.Info.Reason); // What is wrong is told at once, however long the queue.
        Assert.Equal([1f], (await running).Sequences[0].Outputs[0].Values);
        Assert.Single((await Assert.Single(others, o => o != refused)).Sequences);
    }

    [Fact]
    public async Task Predict_WhileTheServiceStops_IsToldSoWhenItWaits()
    {
        using var reached = new ManualResetEventSlim();
        using var leave = new ManualResetEventSlim();
        Model.Running = () =>
        {
            reached.Set();
            leave.Wait();
        };
        var running = PredictAsync(1);
        await Wait.UntilAsync(() => Task.FromResult(reached.IsSet), "a prediction runs");
        Task<PredictReply>[] others = [PredictAsync(2), PredictAsync(3)];
        await Task.WhenAny(others); // One is refused, so the other waits.
        var stopping = Service.StopAsync();

        var reasons = await Task.WhenAll(others.Select(async o => (await GrpcRefusal.OfAsync(() => o)).Info.Reason));
        leave.Set();
        await stopping;

        Assert.Equal(["QUEUE_FULL", "SHUTTING_DOWN"], reasons.Order());
        Assert.Equal([1f], (await running).Sequences[0].Outputs[0].Values);
    }

    [Fact]
    public async Task Predict_LengthsBeyondTheSequence_AreRefused()
    {
        await using var service = await RunningService.StartAsync("--models", Lstm.Tests.Shared.Repository.Path("tests", "data", "zoo", "node_lstm_seqlens"));
        var model = await service.Grpc.GetModelAsync(new() { Model = "model" });
        int length = model.SequenceLength == 0 ? 3 : (int)model.SequenceLength;
        var x = Enumerable.Repeat(99f, length * (int)model.InputSize);

        var refusal = await GrpcRefusal.OfAsync(async () => await service.Grpc.PredictAsync(new() { Model = "model", Sequences = { new Sequence { X = { x } } } }));

        Assert.Equal((StatusCode.InvalidArgument, "INPUT_RANGE", "1"), (refusal.Code, refusal.Info.Reason, refusal.Info.Metadata["sequence"]));
        Assert.StartsWith($"Sequence 1 (model 'model'): Expected a whole number from 0 to {length}, the length of the sequence, at place ", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("torch_lstm_l1_bi_tf_plain", "LSTM")]
    [InlineData("torch_gru_l2_bi_bf_state", "GRU")]
    public async Task Predict_OfABidirectionalExport_EqualsTheEngineAndSessionsAreRefused(string name, string cell)
    {
        string folder = Lstm.Tests.Shared.Repository.Path("tests", "data", "zoo", name);
        await using var service = await RunningService.StartAsync("--models", folder);
        var model = Engine.Model.Load(Path.Combine(folder, "model.onnx"));
        int[] lengths = [model.Info.SequenceLength ?? 7, model.Info.SequenceLength ?? 3];
        var sequences = lengths.Select((n, s) => new Engine.Sequence(
            model.CreateState(), n, Enumerable.Range(s, n * model.Info.InputSize).Select(static i => MathF.Sin(i)).ToArray(), new float[n * model.Info.OutputSize])).ToArray();
        model.Predict(sequences);

        var request = new PredictRequest { Model = "model" };
        request.Sequences.AddRange(sequences.Select(static s => new Sequence { X = { s.X.ToArray() } }));
        var reply = await service.Grpc.PredictAsync(request);
        var refusal = await GrpcRefusal.OfAsync(() => service.OpenAsync("model"));

        for (int s = 0; s < sequences.Length; s++)
        {
            var outputs = reply.Sequences[s].Outputs;
            Assert.Equal(model.Info.Outputs.Select(static o => o.Name), outputs.Select(static o => o.Name));
            int rows = model.Info.Outputs[0].EveryStep ? lengths[s] : 1, size = model.Info.Outputs[0].Size;
            for (int row = 0; row < rows; row++)
                Assert.Equal(sequences[s].Y.Slice((lengths[s] - rows + row) * model.Info.OutputSize, size).ToArray(), outputs[0].Values.Skip(row * size).Take(size));
        }

        Assert.Equal("NOT_STREAMABLE", refusal.Info.Reason);
        Assert.Contains($"{cell} '", refusal.Message, StringComparison.Ordinal);
    }

    private async Task<PredictReply> PredictAsync(params float[] x) =>
        await Service.Grpc.PredictAsync(new() { Model = "backward", Sequences = { new Sequence { X = { x } } } });

    private static NamedTensor Tensor(string name, uint[] shape, params float[] values) => new() { Name = name, Shape = { shape }, Values = { values } };
}
