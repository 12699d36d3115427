using Grpc.Core;
using Lstm.Service.Tests.Hosting;
using Lstm.Tests.Shared;
using Lstm.V1;

namespace Lstm.Service.Tests;

/// <summary>Whole numbers and booleans among inputs, outputs and states: exact on every way in and out. The model is tests/data/integers.</summary>
public sealed class IntegerTests : IDisposable
{
    // No float and no JSON reader's number holds it.
    private const long Huge = (1L << 62) + 1;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("lstm-integers-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task GetModel_TellsTheTypesOfStates()
    {
        await using var service = await StartAsync();

        var grpc = await service.Grpc.GetModelAsync(new() { Model = "integers" });
        var (_, rest) = await service.SendAsync("GET", "/v1/models/integers");

        string[] expected = ["h float32", "count int64", "seen bool", "last int64"];
        Assert.Equal(expected, grpc.States.Select(static s => $"{s.Name} {s.Dtype}"));
        Assert.Equal(expected, rest.GetProperty("states").EnumerateArray().Select(static s => $"{s.GetProperty("name")} {s.GetProperty("dtype")}"));
        Assert.Equal((4u, 4u, 32ul), (grpc.InputSize, grpc.OutputSize, grpc.StateBytes));
    }

    [Fact]
    public async Task Step_OnEveryWay_IsExact()
    {
        await using var service = await StartAsync();
        string id = await service.OpenAsync("integers");
        using var call = service.Grpc.Stream();
        await call.RequestStream.WriteAsync(new() { Open = new() { Handle = 1, SessionId = id, Mode = OpenMode.Resume } });
        Assert.True(await call.ResponseStream.MoveNext());

        // A stream's step, with state and without; a batch; a chunk in one call; REST.
        var first = await StreamAsync(call, new() { Step = new() { Handle = 1, Step = 1, X = { 0.5f, 0 }, XIntegers = { Huge, 1 }, WantState = true } });
        var second = await StreamAsync(call, new() { Step = new() { Handle = 1, Step = 2, X = { 0.5f, 0 }, XIntegers = { Huge + 2, 1 } } });
        var third = await StreamAsync(call, new() { Batch = new() { Handles = { 1 }, Steps = { 3 }, X = { 0.5f, 0 }, XIntegers = { Huge + 5, 0 } } });
        var fourth = (await service.Grpc.StepAsync(new() { SessionId = id, Step = 4, Count = 2, X = { 0, 0, 0, 0 }, XIntegers = { Huge + 6, 1, Huge + 9, 0 } })).Result;
        var (status, sixth) = await service.SendAsync("POST", $"/v1/sessions/{id}:step", $$"""{"step": 6, "x": [0, 0], "x_integers": ["{{Huge + 10}}", 1], "want": ["state"]}""");

        Assert.Equal([1, Huge], first.Result.YIntegers);
        Assert.Equal([1f, Huge], first.Result.Y.Skip(2));
        Assert.Equal(["h:2:", "count::1", "seen::1", $"last::{Huge}"], first.Result.State.Select(static s => $"{s.Name}:{(s.Values.Count == 0 ? "" : s.Values.Count)}:{string.Join(' ', s.Integers)}"));
        Assert.Equal([2, 2], second.Result.YIntegers);
        Assert.Equal([3, 3], third.Batch.YIntegers);

        Assert.Equal([4, 4, 5, 3], fourth.YIntegers);
        Assert.Equal(200, status);
        Assert.Equal("[6,4]", sixth.GetProperty("y_integers").GetRawText());
        Assert.Equal($"[\"{Huge + 10}\"]", sixth.GetProperty("state")[3].GetProperty("integers").GetRawText());
        Assert.False(sixth.GetProperty("state")[3].TryGetProperty("values", out _));
    }

    [Fact]
    public async Task State_OutAndIn_GoesOnExactly()
    {
        await using var service = await StartAsync();
        string id = await service.OpenAsync("integers");
        await service.Grpc.StepAsync(new() { SessionId = id, X = { 0.5f, 0 }, XIntegers = { Huge, 1 } });

        var (_, session) = await service.SendAsync("GET", $"/v1/sessions/{id}?state=true");
        var grpcState = (await service.Grpc.GetSessionAsync(new() { SessionId = id, WantState = true })).State;
        string state = session.GetProperty("state").GetRawText();
        var (status, rest) = await service.SendAsync("POST", "/v1/models/integers:predict", $$"""{"sequences": [{"x": [[0, 0], [0, 0]], "x_integers": [["{{Huge + 7}}", 0], ["{{Huge + 8}}", 1]], "state": {{state}}}], "want": ["state"]}""");
        var grpc = (await service.Grpc.PredictAsync(new()
        {
            Model = "integers", WantState = true, Sequences = { new Sequence { X = { 0, 0, 0, 0 }, XIntegers = { Huge + 7, 0, Huge + 8, 1 }, State = { grpcState } } },
        })).Sequences[0];

        Assert.Equal(200, status);
        Assert.Equal([7, 8], grpc.Outputs.First(static o => o.Name == "since").Integers);
        Assert.Equal([2, 3], grpc.Outputs.First(static o => o.Name == "frames").Integers);
        Assert.Equal([2f, 3f], grpc.Outputs.First(static o => o.Name == "frames").Values);
        Assert.Equal([Huge + 8], grpc.State[3].Integers);
        Assert.Equal("[7,8]", rest.GetProperty("sequences")[0].GetProperty("outputs")[2].GetProperty("integers").GetRawText());
        Assert.Equal($"[\"{Huge + 8}\"]", rest.GetProperty("sequences")[0].GetProperty("state")[3].GetProperty("integers").GetRawText());
    }

    [Fact]
    public async Task Step_SentAgain_IsReplayedInEitherForm()
    {
        await using var service = await StartAsync();
        string id = await service.OpenAsync("integers");
        var exact = new StepRequest { SessionId = id, Step = 1, X = { 0.5f, 0 }, XIntegers = { 1000, 1 } };
        var first = (await service.Grpc.StepAsync(exact)).Result;

        var again = (await service.Grpc.StepAsync(exact)).Result;
        var floats = (await service.Grpc.StepAsync(new() { SessionId = id, Step = 1, X = { 0.5f, 0, 1000, 1 } })).Result;
        var other = await Assert.ThrowsAsync<RpcException>(async () => await service.Grpc.StepAsync(new() { SessionId = id, Step = 1, X = { 0.5f, 0 }, XIntegers = { Huge, 1 } }));

        Assert.True(again.Replayed && floats.Replayed);
        Assert.Equal((first.Y, first.YIntegers), (again.Y, again.YIntegers));
        Assert.Equal((first.Y, first.YIntegers), (floats.Y, floats.YIntegers));
        Assert.Contains($"x_integers[0] was 1000, now it is {Huge}", other.Status.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Step_TokensAsFloatsOrIntegers_AreTheSameStep()
    {
        await using var service = await RunningService.StartAsync();
        string id = await service.OpenAsync("char-lm");

        var floats = (await service.Grpc.StepAsync(new() { SessionId = id, Step = 1, X = { 5 } })).Result;
        var integers = (await service.Grpc.StepAsync(new() { SessionId = id, Step = 1, XIntegers = { 5 } })).Result;
        var (status, rest) = await service.SendAsync("POST", $"/v1/sessions/{id}:step", """{"step": 1, "x_integers": [5]}""");

        Assert.True(integers.Replayed);
        Assert.Equal(floats.Y, integers.Y);
        Assert.Empty(integers.YIntegers);
        Assert.Equal((200, true, false), (status, rest.GetProperty("replayed").GetBoolean(), rest.TryGetProperty("y_integers", out _)));
    }

    [Theory]
    [InlineData("""{"x": [0, 0], "x_integers": [1.5, 1]}""", "Field 'x_integers[0]' has a value of the wrong kind: expected a whole number from -9223372036854775808 to 9223372036854775807, as a number or a text but got 1.5.")]
    [InlineData("""{"x": [0, 0], "x_integers": [["9223372036854775808", 1]]}""", "Field 'x_integers[0][0]' has a value of the wrong kind: expected a whole number from -9223372036854775808 to 9223372036854775807, as a number or a text but got the text '9223372036854775808'.")]
    [InlineData("""{"x": [0, 0], "x_integers": [1, 2]}""", "Step 1 of the message (model 'integers'): Expected a whole number from 0 to 1 at place 3 of the input but got 2.")]
    [InlineData("""{"x": [0, 0], "x_integers": [1]}""", "Expected 2 values in x and 2 in x_integers (1 step of model 'integers', 2 values of floating-point inputs and 2 of integer ones each) but got 2 and 1.")]
    [InlineData("""{"x": [[0, 0]], "x_integers": [[1, 1], [2]]}""", "Expected 2 values of integer inputs of model 'integers' in x_integers[1] but got 1.")]
    [InlineData("""{"x": [[0, 0]], "x_integers": [[1, 1], [2, 1]]}""", "Expected 'x' and 'x_integers' in the same form, with as many rows, but got 1 rows and 2 rows.")]
    [InlineData("""{"x": [0, 0, 16777218, 1]}""", "Step 1 of the message (model 'integers'): Expected a whole number from -16777216 to 16777216 at place 2 of the input but got 16777218.")]
    public async Task Step_WrongIntegers_AreRefused(string body, string expected)
    {
        await using var service = await StartAsync();
        string id = await service.OpenAsync("integers");

        var (status, fault) = await service.SendAsync("POST", $"/v1/sessions/{id}:step", body);

        Assert.Equal((400, expected), (status, fault.GetProperty("detail").GetString()));
    }

    [Theory]
    [InlineData("""{"name": "seen", "integers": [2]}""", "a value of 'seen' is 2; expected whole numbers from 0 to 1 (bool).")]
    [InlineData("""{"name": "count", "values": [1.5]}""", "a value of 'count' is 1.5; expected whole numbers (int64) in integers.")]
    [InlineData("""{"name": "count", "integers": [1, 2]}""", "expected 'count' of shape [1] but got 2 values.")]
    [InlineData("""{"name": "h", "integers": [1, 2]}""", "'h' is float32; expected its values in values, not in integers.")]
    public async Task Predict_WrongState_IsRefused(string piece, string expected)
    {
        await using var service = await StartAsync();

        var (status, fault) = await service.SendAsync("POST", "/v1/models/integers:predict", $$"""{"sequences": [{"x": [[0, 0, 1, 1]], "state": [{{piece}}]}]}""");

        Assert.Equal((400, $"The initial state of sequence 1 does not fit model 'integers': {expected}"), (status, fault.GetProperty("detail").GetString()));
    }

    [Fact]
    public async Task Predict_IntegerBeyondFloats_NamesSequenceAndTimestep()
    {
        await using var service = await RunningService.StartAsync();

        var (status, fault) = await service.SendAsync("POST", "/v1/models/char-lm:predict", """{"sequences": [{"x_integers": [[1]]}, {"x_integers": [[1], [16777217]]}]}""");

        Assert.Equal(
            (400, "Timestep 2 of sequence 2 (model 'char-lm'): Expected whole numbers from -16777216 to 16777216 of the input 'tokens' but got 16777217. The native engine computes integers as floats; "
                + "with \"backend\": \"onnxruntime\" in model.json the input takes all of int64."),
            (status, fault.GetProperty("detail").GetString()));
    }

    [Fact]
    public async Task Batch_OneSessionsIntegersOutOfRange_TheOthersStep()
    {
        await using var service = await StartAsync();
        using var call = service.Grpc.Stream();
        for (uint handle = 1; handle <= 2; handle++)
        {
            await call.RequestStream.WriteAsync(new() { Open = new() { Handle = handle, Model = "integers" } });
            Assert.True(await call.ResponseStream.MoveNext());
        }

        var reply = await StreamAsync(call, new() { Batch = new() { Handles = { 1, 2 }, X = { 0, 0, 0, 0 }, XIntegers = { Huge, 7, Huge, 1 } } });

        Assert.Equal([2u], reply.Batch.Handles);
        Assert.Equal([1, Huge], reply.Batch.YIntegers);
        Assert.Equal("INPUT_RANGE", Assert.Single(reply.Batch.Faults).Error.Reason);
    }

    private static async Task<StreamReply> StreamAsync(AsyncDuplexStreamingCall<StreamRequest, StreamReply> call, StreamRequest request)
    {
        await call.RequestStream.WriteAsync(request);
        Assert.True(await call.ResponseStream.MoveNext());
        return call.ResponseStream.Current;
    }

    private Task<RunningService> StartAsync()
    {
        string folder = Directory.CreateDirectory(Path.Combine(_folder.FullName, "integers")).FullName;
        foreach (string file in (string[])["model.onnx", "model.json"])
            File.Copy(Repository.Path("tests", "data", "integers", file), Path.Combine(folder, file), overwrite: true);
        return RunningService.StartAsync("--models", _folder.FullName);
    }
}
