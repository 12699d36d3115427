using System.Text.Json;
using Grpc.Core;
using Lstm.Service.Tests.Hosting;
using Lstm.Tests.Shared;
using Lstm.V1;

namespace Lstm.Service.Tests;

/// <summary>Models that are given something once, when a session opens: covariates that the state starts from, an encoder's context.</summary>
public sealed class SessionInputTests : IAsyncLifetime
{
    private const string Decoder = "decoder";
    private const string Forecaster = "forecaster";

    private readonly string _folder = Directory.CreateTempSubdirectory("lstm-inputs-").FullName;
    private readonly Dictionary<string, float[][]> _decoder = Read("13-attention-decoder-open-context");
    private readonly Dictionary<string, float[][]> _forecaster = Read("13-initial-state-from-input");
    private RunningService _service = null!; // set before every test

    public async Task InitializeAsync()
    {
        File.Copy(Repository.Path("tests", "data", "found", "13-attention-decoder-open-context", "model.onnx"), Path.Combine(_folder, "decoder.onnx"));
        File.Copy(Repository.Path("tests", "data", "found", "13-initial-state-from-input", "model.onnx"), Path.Combine(_folder, "forecaster.onnx"));
        _service = await RunningService.StartAsync("--models", _folder, "--Lstm:Sessions:MaxInputValues", "100", "--Lstm:Sessions:MaxTotalInputValues", "120");
    }

    public async Task DisposeAsync()
    {
        await _service.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Open_WithAContext_StepsWithIt()
    {
        var session = await _service.Grpc.OpenSessionAsync(new() { Model = Decoder, Inputs = { Context() } });
        Assert.Equal((1u, 12u), (session.InputSize, session.OutputSize));

        for (int t = 0; t < _decoder["x/decoder_input"].Length; t++)
        {
            var reply = await _service.Grpc.StepAsync(new() { SessionId = session.SessionId, Step = (ulong)t + 1, X = { _decoder["x/decoder_input"][t] }, WantState = true });
            AssertNear(_decoder["s/decoder_output"][t], reply.Result.Y);
            Assert.Equal(["decoder_hidden [ 8 ]", "encoder_context [ 6, 8 ]"], reply.Result.State.Select(static s => $"{s.Name} {s.Shape}"));
            Assert.Equal(_decoder["x/encoder_context"][0], reply.Result.State[1].Values);
        }

        var seen = await _service.Grpc.GetSessionAsync(new() { SessionId = session.SessionId, WantState = true });
        Assert.Equal(["decoder_hidden", "encoder_context"], seen.State.Select(static s => s.Name));
    }

    [Fact]
    public async Task Open_OverRest_StepsWithIt()
    {
        string rows = string.Join(", ", _decoder["x/encoder_context"][0].Chunk(8).Select(static row => $"[{string.Join(", ", row)}]"));
        var (status, session) = await _service.SendAsync("POST", "/v1/sessions", $$"""{"session_id": "a", "model": "decoder", "inputs": {"encoder_context": [{{rows}}] } }""");
        Assert.True(status == 201, session.ToString());

        var (_, reply) = await _service.SendAsync("POST", "/v1/sessions/a:step", $$"""{"x": {{JsonSerializer.Serialize(_decoder["x/decoder_input"][..3])}}, "want": ["state"]}""");
        AssertNear([.. _decoder["s/decoder_output"][..3].SelectMany(static y => y)], reply.GetProperty("y").EnumerateArray().SelectMany(static y => y.EnumerateArray()).Select(static v => v.GetSingle()));
        Assert.Equal("[6,8]", reply.GetProperty("state")[1].GetProperty("shape").ToString());

        (status, _) = await _service.SendAsync("POST", "/v1/sessions", """{"session_id": "b", "model": "forecaster", "inputs": {"cat": 3}}""");
        (_, reply) = await _service.SendAsync("POST", "/v1/sessions/b:step", $$"""{"x": {{JsonSerializer.Serialize(_forecaster["x/x"])}} }""");
        Assert.Equal(201, status);
        AssertNear([.. _forecaster["s/q"].SelectMany(static y => y)], reply.GetProperty("y").EnumerateArray().SelectMany(static y => y.EnumerateArray()).Select(static v => v.GetSingle()));
    }

    [Fact]
    public async Task Stream_WithContextsOfDifferentLengths_KeepsThemApart()
    {
        using var call = _service.Grpc.Stream();
        float[] context = _decoder["x/encoder_context"][0];
        await call.RequestStream.WriteAsync(new() { Open = new() { Handle = 1, Model = Decoder, Inputs = { Context() } } });
        await call.RequestStream.WriteAsync(new() { Open = new() { Handle = 2, Model = Decoder, Inputs = { new NamedTensor { Name = "encoder_context", Shape = { 2, 8 }, Values = { context[..16] } } } } });
        await call.RequestStream.WriteAsync(new() { Batch = new() { Handles = { 1, 2 }, X = { 9, 9 } } });
        await call.RequestStream.CompleteAsync();
        StreamReply[] replies = [.. await Replies(call)];

        Assert.Equal(StreamReply.KindOneofCase.Batch, replies[2].KindCase);
        AssertNear(_decoder["s/decoder_output"][0], replies[2].Batch.Y.Take(12));
        Assert.NotEqual(replies[2].Batch.Y.Take(12), replies[2].Batch.Y.Skip(12));
    }

    [Fact]
    public async Task Resume_WithInputs_TakesTheSameOnly()
    {
        await _service.Grpc.OpenSessionAsync(new() { SessionId = "a", Model = Forecaster, Inputs = { Category(3) } });

        Assert.True((await _service.Grpc.OpenSessionAsync(new() { SessionId = "a", Mode = OpenMode.Resume })).Resumed);
        Assert.True((await _service.Grpc.OpenSessionAsync(new() { SessionId = "a", Model = Forecaster, Mode = OpenMode.CreateOrResume, Inputs = { Category(3) } })).Resumed);
        Assert.Equal(
            "Session 'a' was opened with another 'cat'. Resume it without inputs, or with those that it was opened with; for others create a new one.",
            await Refusal(new() { SessionId = "a", Mode = OpenMode.Resume, Inputs = { Category(2) } }));
    }

    [Fact]
    public async Task Open_WithWrongInputs_IsRefusedWithTheReason()
    {
        Assert.Equal("The inputs of a session of model 'forecaster': The input 'cat' of shape [] is missing; it is given once, when a session opens.", await Refusal(new() { Model = Forecaster }));
        Assert.Equal("The inputs of a session of model 'forecaster': Expected a whole number from -7 to 6 at place 0 of 'cat' but got 7.", await Refusal(new() { Model = Forecaster, Inputs = { Category(7) } }));
        Assert.Equal("The inputs of a session of model 'decoder': A value of 'encoder_context' is not a finite number.", await Refusal(new() { Model = Decoder, Inputs = { new NamedTensor { Name = "encoder_context", Values = { Enumerable.Repeat(float.NaN, 8) } } } }));
        Assert.Equal("The inputs of a session of model 'decoder': Expected 'encoder_context' of shape [any, 8] but got shape [6, 7] with 42 values.", await Refusal(new() { Model = Decoder, Inputs = { new NamedTensor { Name = "encoder_context", Shape = { 6, 7 }, Values = { new float[42] } } } }));
        Assert.Equal("Expected at most 100 values for a session (Lstm:Sessions:MaxInputValues) but got 104 for model 'decoder'. Send less, close sessions, or raise the limit.", await Refusal(new() { Model = Decoder, Inputs = { new NamedTensor { Name = "encoder_context", Values = { new float[104] } } } }));
        var (status, problem) = await _service.SendAsync("POST", "/v1/sessions", """{"model": "decoder", "inputs": {"encoder_context": [[1, 2], [3]]}}""");
        Assert.Equal((400, "Field 'inputs.encoder_context' has a value of the wrong kind: expected 2 values in every list of this depth but got 1."), (status, problem.GetProperty("detail").GetString()));
    }

    [Fact]
    public async Task Open_BeyondTheTotal_IsRefusedUntilASessionEnds()
    {
        string first = (await _service.Grpc.OpenSessionAsync(new() { Model = Decoder, Inputs = { Context() } })).SessionId;
        await _service.Grpc.OpenSessionAsync(new() { Model = Decoder, Inputs = { Context() } });

        Assert.Equal(
            "Expected at most 120 values of all sessions together (Lstm:Sessions:MaxTotalInputValues) but got 48 for model 'decoder'. Send less, close sessions, or raise the limit.",
            await Refusal(new() { Model = Decoder, Inputs = { Context() } }, StatusCode.ResourceExhausted));
        await _service.Grpc.CloseSessionAsync(new() { SessionId = first });
        await _service.Grpc.OpenSessionAsync(new() { Model = Decoder, Inputs = { Context() } });
    }

    [Fact]
    public async Task Predict_WithInputs_GivesTheSequence_AndItsStateGoesOn()
    {
        float[][] tokens = _decoder["x/decoder_input"];
        var first = await _service.Grpc.PredictAsync(new() { Model = Decoder, WantState = true, Sequences = { new Sequence { X = { tokens[..4].SelectMany(static x => x) }, Inputs = { Context() } } } });
        var rest = await _service.Grpc.PredictAsync(new() { Model = Decoder, Sequences = { new Sequence { X = { tokens[4..].SelectMany(static x => x) }, State = { first.Sequences[0].State } } } });
        AssertNear([.. _decoder["s/decoder_output"].SelectMany(static y => y)], first.Sequences[0].Outputs[0].Values.Concat(rest.Sequences[0].Outputs[0].Values));

        var (status, reply) = await _service.SendAsync("POST", "/v1/models/forecaster:predict", $$"""{"sequences": [{"x": {{JsonSerializer.Serialize(_forecaster["x/x"])}} , "inputs": {"cat": 3} }], "want": ["state"]}""");
        Assert.Equal(200, status);
        AssertNear([.. _forecaster["w/q"].SelectMany(static y => y)], reply.GetProperty("sequences")[0].GetProperty("outputs")[0].GetProperty("values").EnumerateArray().Select(static v => v.GetSingle()));
        Assert.Equal(["cat", "layer0.h", "layer0.c"], reply.GetProperty("sequences")[0].GetProperty("state").EnumerateArray().Select(static s => s.GetProperty("name").GetString()));
        (status, reply) = await _service.SendAsync("POST", "/v1/models/forecaster:predict", $$"""{"sequences": [{"x": {{JsonSerializer.Serialize(_forecaster["x/x"])}} }]}""");
        Assert.Equal((400, "The inputs of sequence 1 (model 'forecaster'): The input 'cat' of shape [] is missing; it is given once, when a session opens."), (status, reply.GetProperty("detail").GetString()));
    }

    [Fact]
    public async Task GetModel_SaysWhatIsGivenOnce()
    {
        var model = await _service.Grpc.GetModelAsync(new() { Model = Decoder });
        var (_, body) = await _service.SendAsync("GET", "/v1/models/decoder");

        Assert.Equal(("encoder_context", "[ 0, 8 ]", "[B, S, 8]"), (model.SessionInputs[0].Name, model.SessionInputs[0].Shape.ToString(), model.SessionInputs[0].Axes));
        Assert.Equal("encoder_context", body.GetProperty("session_inputs")[0].GetProperty("name").GetString());
        Assert.StartsWith("The output 'attention' is left out", model.Remarks[0].Reason, StringComparison.Ordinal);
    }

    private NamedTensor Context() => new() { Name = "encoder_context", Shape = { 6, 8 }, Values = { _decoder["x/encoder_context"][0] } };

    private static NamedTensor Category(float category) => new() { Name = "cat", Values = { category } };

    private async Task<string> Refusal(OpenSessionRequest request, StatusCode? status = null)
    {
        var refused = await Assert.ThrowsAsync<RpcException>(async () => await _service.Grpc.OpenSessionAsync(request));
        if (status is { } expected)
            Assert.Equal(expected, refused.StatusCode);
        return refused.Status.Detail;
    }

    private static async Task<List<StreamReply>> Replies(AsyncDuplexStreamingCall<StreamRequest, StreamReply> call)
    {
        var replies = new List<StreamReply>();
        await foreach (var reply in call.ResponseStream.ReadAllAsync())
            replies.Add(reply);
        return replies;
    }

    private static void AssertNear(float[] expected, IEnumerable<float> actual)
    {
        Assert.Equal(expected.Length, actual.Count());
        Assert.All(expected.Zip(actual), static p => Assert.InRange(p.Second, p.First - 2e-6f, p.First + 2e-6f));
    }

    private static Dictionary<string, float[][]> Read(string name)
    {
        using var json = JsonDocument.Parse(File.ReadAllBytes(Repository.Path("tests", "data", "found", name, "reference.json")));
        return json.RootElement.EnumerateObject().Where(static p => p.Value.ValueKind == JsonValueKind.Array)
            .ToDictionary(static p => p.Name, static p => p.Value.EnumerateArray().Select(static row => row.EnumerateArray().Select(static v => v.GetSingle()).ToArray()).ToArray());
    }
}
