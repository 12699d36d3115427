using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text;
using Lstm.Service.Tests.Hosting;
using Xunit.Abstractions;

namespace Lstm.Service.Tests;

/// <summary>What a JSON body of a MiB may become in memory. The whole process is measured; lists double as they grow, which is most of what is left.</summary>
public sealed class BodyGrowthTests(ServiceFixture fixture, ITestOutputHelper output) : IClassFixture<ServiceFixture>
{
    private const int Bytes = 1 << 20;
    private const double Refused = 6;
    private const double Lists = 20;
    private const string Predict = "/v1/models/nyc-taxi:predict";
    private const string Step = "/v1/sessions/growth:step";

    private static readonly Dictionary<string, (string Path, string Json, string Reason, double Most)> Cases = new()
    {
        ["sequences"] = (Predict, $$"""{"sequences":[{{List("{}")}}]}""", "PREDICTION_TOO_LARGE", Refused),
        ["sequences with x"] = (Predict, $$"""{"sequences":[{{List("""{"x":[]}""")}}]}""", "PREDICTION_TOO_LARGE", Refused),
        ["a stranger behind sequences"] = (Predict, $$"""{"sequences":[{{List("{}")}},{"y":1}]}""", "PREDICTION_TOO_LARGE", Refused),
        ["a wrong kind behind sequences"] = (Predict, $$"""{"sequences":[{{List("{}")}},1]}""", "PREDICTION_TOO_LARGE", Refused),
        ["sequences that end nowhere"] = (Predict, $$"""{"sequences":[{{List("{}")}}""", "PREDICTION_TOO_LARGE", Refused),
        ["pieces of a state"] = (Predict, $$"""{"sequences":[{"x":[]},{"state":[{{List("{}")}}]}]}""", "INITIAL_STATE", Refused),
        ["sequences that are null"] = (Predict, $$"""{"sequences":[{{List("null")}}]}""", "INVALID_FIELD", Lists),
        ["axes of a shape"] = (Predict, $$"""{"sequences":[{"x":[],"state":[{"shape":[{{List("1")}}]}]}]}""", "INVALID_FIELD", Lists),
        ["values of a piece"] = (Predict, $$"""{"sequences":[{"x":[],"state":[{"values":[{{List("1")}}]}]}]}""", "INVALID_FIELD", Lists),
        ["rows"] = (Predict, $$"""{"sequences":[{"x":[{{List("[]")}}]}]}""", "INPUT_SHAPE", Lists),
        ["numbers"] = (Predict, $$"""{"sequences":[{"x":[{{List("1")}}]}]}""", "INPUT_SHAPE", Lists),
        ["wishes"] = (Predict, $$"""{"sequences":[],"want":[{{List("\"a\"")}}]}""", "INVALID_FIELD", Lists),
        ["rows of a step"] = (Step, $$"""{"x":[{{List("[]")}}]}""", "INPUT_SHAPE", Lists),
        ["numbers of a step"] = (Step, $$"""{"x":[{{List("1")}}]}""", "INPUT_SHAPE", Lists),
        ["wishes of a step"] = (Step, $$"""{"x":[1,2,3,4,5],"want":[{{List("\"a\"")}}]}""", "INVALID_FIELD", Lists),
        ["a field that does not exist"] = (Step, $$"""{"x":[1,2,3,4,5],"y":[{{List("{}")}}]}""", "UNKNOWN_FIELD", Lists),
        ["lists in lists"] = (Step, new string('[', Bytes), "MALFORMED_JSON", Refused),
    };

    public static TheoryData<string> Names() => [.. Cases.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task ABody_OfWhatGrowsMost_StaysSmall(string name)
    {
        var (path, json, reason, most) = Cases[name];
        var service = fixture.Service;
        await service.Grpc.OpenSessionAsync(new() { Model = "nyc-taxi", SessionId = "growth", Mode = V1.OpenMode.CreateOrResume });
        await service.SendAsync("POST", path, "{}"); // Code is compiled.
        using var body = new ByteArrayContent(Encoding.ASCII.GetBytes(json));
        body.Headers.ContentType = new MediaTypeHeaderValue("application/json");

        long before = GC.GetTotalAllocatedBytes(precise: true);
        long start = Stopwatch.GetTimestamp();
        using var response = await service.Http.PostAsync(path, body);
        double growth = (GC.GetTotalAllocatedBytes(precise: true) - before) / (double)json.Length;

        output.WriteLine($"{name}: {json.Length:N0} bytes, {growth:0.0} times as many allocated, {Stopwatch.GetElapsedTime(start).TotalMilliseconds:N0} ms, {(int)response.StatusCode}");
        Assert.Contains($"\"reason\":\"{reason}\"", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.InRange(growth, 0, most);
    }

    private static string List(string item) => string.Join(',', Enumerable.Repeat(item, (Bytes - 64) / (item.Length + 1)));
}
