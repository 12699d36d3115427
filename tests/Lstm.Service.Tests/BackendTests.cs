using System.Text.Json;
using Lstm.Service.Tests.Hosting;
using Lstm.Tests.Shared;

namespace Lstm.Service.Tests;

/// <summary>A model in ONNX Runtime is served like any other, and says that it is one.</summary>
public sealed class BackendTests : IDisposable
{
    // Both backends are float32.
    private const float Tolerance = 1e-5f;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("lstm-backend-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData("none", 1)]
    [InlineData("all", 128)]
    public async Task Step_InOnnxRuntime_GivesWhatTheNativeEngineGives(string allowBatching, int widest)
    {
        foreach (string name in (string[])["own", "other"])
            File.Copy(Repository.Path("tests", "data", "zoo", "torch_lstm_l2_uni_bf_state", "model.onnx"), Path.Combine(_folder.FullName, $"{name}.onnx"), overwrite: true);
        await File.WriteAllTextAsync(Path.Combine(_folder.FullName, "other.json"), """{ "backend": "onnxruntime" }""");
        await using var service = await RunningService.StartAsync("--models", _folder.FullName, "--Lstm:Models:AllowBatching", allowBatching);

        var (_, own) = await service.SendAsync("GET", "/v1/models/own");
        var (_, other) = await service.SendAsync("GET", "/v1/models/other");

        Assert.Equal(("native", "onnxruntime"), (own.GetProperty("backend").GetString(), other.GetProperty("backend").GetString()));
        Assert.Equal((false, widest), (other.GetProperty("batch_invariant").GetBoolean(), other.GetProperty("max_batch").GetInt32()));
        string a = await service.OpenAsync("own");
        string b = await service.OpenAsync("other");
        for (int t = 0; t < 3; t++)
        {
            string step = JsonSerializer.Serialize(new { x = new float[] { t, 1, -t, 0.5f } });
            var (status, y) = await service.SendAsync("POST", $"/v1/sessions/{a}:step", step);
            var (otherStatus, z) = await service.SendAsync("POST", $"/v1/sessions/{b}:step", step);
            Assert.Equal((200, 200), (status, otherStatus));
            float[] expected = [.. y.GetProperty("y").EnumerateArray().Select(static v => v.GetSingle())];
            float[] actual = [.. z.GetProperty("y").EnumerateArray().Select(static v => v.GetSingle())];
            Assert.Equal(expected.Length, actual.Length);
            for (int n = 0; n < expected.Length; n++)
                Assert.InRange(actual[n], expected[n] - Tolerance, expected[n] + Tolerance);
        }
    }

    [Fact]
    public async Task Call_WithValuesThatOnnxRuntimeRefuses_IsARefusalAndNoFailure()
    {
        File.Copy(Repository.Path("tests", "data", "zoo", "torch_embed_state", "model.onnx"), Path.Combine(_folder.FullName, "tokens.onnx"));
        await File.WriteAllTextAsync(Path.Combine(_folder.FullName, "tokens.json"), """{ "backend": "onnxruntime" }""");
        await using var service = await RunningService.StartAsync("--models", _folder.FullName);
        string session = await service.OpenAsync("tokens");

        var (good, first) = await service.SendAsync("POST", $"/v1/sessions/{session}:step", """{ "x": [1] }""");
        var (bad, step) = await service.SendAsync("POST", $"/v1/sessions/{session}:step", """{ "x": [99] }""");
        var (next, second) = await service.SendAsync("POST", $"/v1/sessions/{session}:step", """{ "x": [1] }""");
        var (worse, prediction) = await service.SendAsync("POST", "/v1/models/tokens:predict", """{ "sequences": [{ "x": [1, 99] }] }""");

        Assert.Equal((200, 400, 200, 400), (good, bad, next, worse));
        Assert.Equal((1, 2), (first.GetProperty("step").GetInt32(), second.GetProperty("step").GetInt32()));
        foreach (var refusal in (JsonElement[])[step, prediction])
        {
            Assert.Equal("INPUT_RANGE", refusal.GetProperty("reason").GetString());
            Assert.StartsWith("Model 'tokens' refuses the input; the state is as before. ONNX Runtime ", refusal.GetProperty("detail").GetString(), StringComparison.Ordinal);
        }
    }
}
