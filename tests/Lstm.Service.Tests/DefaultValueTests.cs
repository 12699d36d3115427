using Lstm.Service.Tests.Hosting;
using Lstm.Tests.Shared;
using Lstm.V1;

namespace Lstm.Service.Tests;

/// <summary>An input with "values" in model.json may be left out: the first of them is sent instead. The model is tests/data/found/04-silero-like-sr-branch.</summary>
public sealed class DefaultValueTests : IDisposable
{
    private const int FrameSize = 32;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("lstm-default-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData("[16000]")]
    [InlineData("[16000, 8000]")]
    public async Task Step_WithoutTheInput_IsThatWithItsDefault(string values)
    {
        await using var service = await StartAsync(values);
        float[] frame = [.. Enumerable.Range(0, FrameSize).Select(static n => MathF.Sin(n))];
        string text = string.Join(", ", frame.Select(static v => v.ToString("R", System.Globalization.CultureInfo.InvariantCulture)));
        string told = await service.OpenAsync("vad"), silent = await service.OpenAsync("vad"), rest = await service.OpenAsync("vad");
        var expected = await service.Grpc.StepAsync(new() { SessionId = told, Count = 3, X = { frame, 16000, frame, 16000, frame, 16000 } });

        // A call, a stream's step, a batch; REST.
        var first = await service.Grpc.StepAsync(new() { SessionId = silent, X = { frame } });
        using var call = service.Grpc.Stream();
        await call.RequestStream.WriteAsync(new() { Open = new() { Handle = 1, SessionId = silent, Mode = OpenMode.Resume } });
        await call.RequestStream.WriteAsync(new() { Step = new() { Handle = 1, X = { frame } } });
        await call.RequestStream.WriteAsync(new() { Batch = new() { Handles = { 1 }, X = { frame } } });
        var replies = new List<StreamReply>();
        while (replies.Count < 3 && await call.ResponseStream.MoveNext(default))
            replies.Add(call.ResponseStream.Current);
        var (status, chunk) = await service.SendAsync("POST", $"/v1/sessions/{rest}:step", $$"""{"x": [[{{text}}], [{{text}}], [{{text}}]]}""");
        var (predicted, sequence) = await service.SendAsync("POST", "/v1/models/vad:predict", $$"""{"sequences": [{"x": [[{{text}}], [{{text}}], [{{text}}]]}]}""");

        Assert.Equal(expected.Result.Y, [first.Result.Y[0], replies[1].Result.Y[0], replies[2].Batch.Y[0]]);
        Assert.Equal((200, 200), (status, predicted));
        Assert.Equal(expected.Result.Y, chunk.GetProperty("y").EnumerateArray().Select(static row => row[0].GetSingle()));
        var whole = await service.Grpc.PredictAsync(new() { Model = "vad", Sequences = { new Sequence { X = { frame, frame, frame } } } });
        Assert.Equal(expected.Result.Y, whole.Sequences[0].Outputs[0].Values);
        Assert.Equal(expected.Result.Y, sequence.GetProperty("sequences")[0].GetProperty("outputs")[0].GetProperty("values").EnumerateArray().Select(static v => v.GetSingle()));
    }

    [Fact]
    public async Task GetModel_TellsTheValues()
    {
        await using var service = await StartAsync("[16000, 8000]");

        var grpc = await service.Grpc.GetModelAsync(new() { Model = "vad" });
        var (_, rest) = await service.SendAsync("GET", "/v1/models/vad");

        Assert.Equal([16000, 8000], grpc.Inputs[1].Values);
        Assert.Equal("[16000,8000]", rest.GetProperty("inputs")[1].GetProperty("values").GetRawText());
        Assert.False(rest.GetProperty("inputs")[0].TryGetProperty("values", out _));
        Assert.Equal((1u, 1), (grpc.ShortestSequence, rest.GetProperty("shortest_sequence").GetInt32()));
    }

    [Fact]
    public async Task Step_WithAnotherValue_IsRefused()
    {
        await using var service = await StartAsync("[16000]");
        string id = await service.OpenAsync("vad");

        var (status, problem) = await service.SendAsync("POST", $"/v1/sessions/{id}:step", $$"""{"x": [{{string.Join(", ", new int[FrameSize])}}, 44100]}""");

        Assert.Equal(400, status);
        Assert.Equal("INPUT_RANGE", problem.GetProperty("reason").GetString());
        Assert.Contains("Expected 16000 for the input 'sr' (values in model.json)", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    private Task<RunningService> StartAsync(string values)
    {
        string folder = Directory.CreateDirectory(Path.Combine(_folder.FullName, "vad")).FullName;
        File.Copy(Repository.Path("tests", "data", "found", "04-silero-like-sr-branch", "model.onnx"), Path.Combine(folder, "model.onnx"));
        File.WriteAllText(Path.Combine(folder, "model.json"), """{"inputs": {"sr": {"values": VALUES}}}""".Replace("VALUES", values, StringComparison.Ordinal));
        return RunningService.StartAsync("--models", _folder.FullName);
    }
}
