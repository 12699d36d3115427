using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Lstm.Service.Errors;
using Lstm.Service.Tests.Hosting;
using Lstm.V1;

namespace Lstm.Service.Tests;

/// <summary>The HTTP face where it works; what it refuses is in <see cref="ErrorTests"/>.</summary>
public sealed class RestTests(ServiceFixture fixture) : IClassFixture<ServiceFixture>
{
    private RunningService Service => fixture.Service;

    [Fact]
    public async Task Open_NewThenExisting_AnswersCreatedThenOk()
    {
        using var content = new StringContent("""{"session_id": "rest-1", "model": "nyc-taxi", "mode": "create_or_resume"}""", MediaTypeHeaderValue.Parse("application/json"));
        using var created = await Service.Http.PostAsync(new Uri("/v1/sessions", UriKind.Relative), content);
        var (resumedStatus, resumed) = await Service.SendAsync("POST", "/v1/sessions", """{"session_id": "rest-1", "mode": "resume"}""");

        Assert.Equal(HttpStatusCode.Created, created.StatusCode);
        Assert.Equal("/v1/sessions/rest-1", created.Headers.Location?.ToString());
        Assert.Equal(
            """{"session_id":"rest-1","model":"nyc-taxi","step":0,"created_at":"2026-01-31T12:00:00.000Z","last_step_at":"","resumed":false,"input_size":5,"output_size":3}""",
            await created.Content.ReadAsStringAsync());
        Assert.Equal(200, resumedStatus);
        Assert.True(resumed.GetProperty("resumed").GetBoolean());
    }

    [Fact]
    public async Task Step_OverHttp_EqualsGrpcBitForBit()
    {
        string http = await Service.OpenAsync(), grpc = await Service.OpenAsync();
        for (int i = 0; i < 20; i++)
        {
            float[] x = [.. TestModels.X(i).Select(static v => v / 3)];
            var (_, answer) = await Service.SendAsync("POST", $"/v1/sessions/{http}:step", JsonSerializer.Serialize(new { x, step = i + 1 }));
            var reply = await Service.Grpc.StepAsync(new() { SessionId = grpc, Step = (ulong)i + 1, X = { x } });
            Assert.Equal(reply.Result.Y, answer.GetProperty("y").EnumerateArray().Select(static y => y.GetSingle()));
        }
    }

    [Fact]
    public async Task Step_ListOfLists_AnswersAListOfLists()
    {
        string id = await Service.OpenAsync();
        var (status, answer) = await Service.SendAsync("POST", $"/v1/sessions/{id}:step", """{"x": [[1, 2, 3, 4, 5], [6, 7, 8, 9, 10]]}""");

        Assert.Equal(200, status);
        Assert.Equal(2, answer.GetProperty("count").GetInt32());
        Assert.Equal([3, 3], answer.GetProperty("y").EnumerateArray().Select(static row => row.GetArrayLength()));
    }

    [Fact]
    public async Task Step_WithWishes_GivesStateAndGatesAndNothingElseWithout()
    {
        string id = await Service.OpenAsync();
        var (_, wished) = await Service.SendAsync("POST", $"/v1/sessions/{id}:step", """{"x": [1, 2, 3, 4, 5], "want": ["state", "gates"]}""");
        var (_, plain) = await Service.SendAsync("POST", $"/v1/sessions/{id}:step", """{"x": [1, 2, 3, 4, 5]}""");
        var (_, session) = await Service.SendAsync("GET", $"/v1/sessions/{id}?state=true");

        Assert.Equal(4, wished.GetProperty("state").GetArrayLength());
        Assert.Equal(8, wished.GetProperty("gates").GetArrayLength());
        Assert.Equal("layer1.o", wished.GetProperty("gates")[7].GetProperty("name").GetString());
        Assert.Equal(["session_id", "step", "count", "y", "replayed"], plain.EnumerateObject().Select(static p => p.Name));
        Assert.Equal([64], session.GetProperty("state")[0].GetProperty("shape").EnumerateArray().Select(static n => n.GetInt32()));
        var state = (await Service.Grpc.GetSessionAsync(new() { SessionId = id, WantState = true })).State;
        Assert.Equal(state[3].Values, session.GetProperty("state")[3].GetProperty("values").EnumerateArray().Select(static v => v.GetSingle()));
    }

    [Fact]
    public async Task Models_OverHttp_SayWhatGrpcSays()
    {
        var (_, list) = await Service.SendAsync("GET", "/v1/models");
        var (_, one) = await Service.SendAsync("GET", "/v1/models/nyc-taxi");
        var grpc = await Service.Grpc.GetModelAsync(new() { Model = "nyc-taxi" });

        Assert.Equal(["char-lm", "first", "nyc-taxi", "second"], list.GetProperty("models").EnumerateArray().Select(static m => m.GetProperty("name").GetString()));
        Assert.Equal(grpc, Model.Parser.ParseJson(one.GetRawText()));
        Assert.Equal((true, true, 128u, 0u, 0u), (grpc.Streamable, grpc.BatchInvariant, grpc.MaxBatch, grpc.SequenceLength, grpc.LongestSequence));
        Assert.Equal(["layer0.h", "layer0.c", "layer1.h", "layer1.c"], grpc.States.Select(static s => s.Name));
        Assert.InRange(grpc.FlopsPerStep, 100_000ul, 110_000ul);
        Assert.Equal(("native", 5u, 3u, 1024ul), (grpc.Backend, grpc.InputSize, grpc.OutputSize, grpc.StateBytes));
        // 4·(n·(n+m)+n) with n = 64 and m = 5, then m = 64.
        Assert.Equal([17_920ul, 33_024ul], grpc.Layers.Select(static l => l.Parameters));
        Assert.Equal(list.GetProperty("models").GetArrayLength(), (await Service.Grpc.ListModelsAsync(new())).Models.Count);
    }

    [Fact]
    public async Task Errors_EveryReason_HasItsAddress()
    {
        var (_, all) = await Service.SendAsync("GET", "/errors");
        Assert.Equal(ErrorMap.All.Count, all.GetArrayLength());
        var (status, one) = await Service.SendAsync("GET", "/errors/STEP_GAP");
        Assert.Equal(200, status);
        Assert.Equal(("STEP_GAP", 409, "FailedPrecondition"), (one.GetProperty("reason").GetString(), one.GetProperty("http_status").GetInt32(), one.GetProperty("grpc_status").GetString()));
    }

    [Fact]
    public async Task Home_IsAPageWithLinksThatWork()
    {
        string page = await Service.Http.GetStringAsync(new Uri("/", UriKind.Relative));
        var links = System.Text.RegularExpressions.Regex.Matches(page, "href=\"(/[^\"]*)\"").Select(static m => m.Groups[1].Value).ToList();
        Assert.Contains("/swagger", links);
        foreach (string link in links)
        {
            using var answer = await Service.Http.GetAsync(new Uri(link, UriKind.Relative));
            Assert.True(answer.IsSuccessStatusCode, $"{link} answers {answer.StatusCode}.");
        }
    }

    [Fact]
    public async Task Body_BrokenOnTheWire_IsABadRequest()
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync(IPAddress.Loopback, Service.Http.BaseAddress!.Port); // set by RunningService
        await using var stream = socket.GetStream();
        await stream.WriteAsync("POST /v1/sessions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nnot-a-length\r\n"u8.ToArray());

        using var reader = new StreamReader(stream, Encoding.UTF8);
        var answer = new StringBuilder();
        while (await reader.ReadLineAsync() is { } line && !answer.ToString().Contains("trace_id", StringComparison.Ordinal))
            answer.AppendLine(line);

        Assert.StartsWith("HTTP/1.1 400 ", answer.ToString(), StringComparison.Ordinal);
        Assert.Contains("\"reason\":\"BAD_REQUEST\"", answer.ToString(), StringComparison.Ordinal);
    }
}
