using System.Text.Json;
using Lstm.Service.Tests.Hosting;

namespace Lstm.Service.Tests;

/// <summary>Swagger UI: a newcomer clicks "Try it out" and it works.</summary>
public sealed class SwaggerTests(ServiceFixture fixture) : IClassFixture<ServiceFixture>
{
    private RunningService Service => fixture.Service;

    [Fact]
    public async Task Ui_IsThere()
    {
        string page = await Service.Http.GetStringAsync(new Uri("/swagger/index.html", UriKind.Relative));
        Assert.Contains("<title>Lstm API</title>", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Document_EveryOperation_SaysWhatItDoesAndWhatItRefuses()
    {
        var (status, document) = await Service.SendAsync("GET", "/swagger/v1/swagger.json");
        Assert.Equal(200, status);
        Assert.Equal(
            [
                "GET /errors", "GET /errors/{reason}", "GET /healthz/live", "GET /healthz/ready", "GET /v1/models", "GET /v1/models/{model}",
                "POST /v1/models/{model}:predict", "DELETE /v1/sessions/{id}", "GET /v1/sessions", "GET /v1/sessions/{id}", "POST /v1/sessions", "POST /v1/sessions/{id}:step",
            ],
            Operations(document).Select(static o => $"{o.Method} {o.Path}").OrderBy(static o => o.Split(' ')[1].Split('/')[1], StringComparer.Ordinal)
                .ThenBy(static o => o.Contains("session", StringComparison.Ordinal)).ThenBy(static o => o, StringComparer.Ordinal));
        Assert.All(Operations(document), static o =>
        {
            Assert.NotEqual("", o.Operation.GetProperty("summary").GetString());
            if (!o.Path.StartsWith("/v1", StringComparison.Ordinal))
                return;
            Assert.NotEqual("", o.Operation.GetProperty("description").GetString());
            Assert.Contains("`INTERNAL`", o.Operation.GetProperty("responses").GetProperty("500").GetProperty("description").GetString(), StringComparison.Ordinal);
        });
    }

    [Fact]
    public async Task Document_Examples_WorkAsTheyAre()
    {
        var (_, document) = await Service.SendAsync("GET", "/swagger/v1/swagger.json");
        // In the order of a newcomer: open, step twice, look, list, close.
        foreach (string name in new[]
        {
            "GET /v1/models", "GET /v1/models/{model}", "POST /v1/models/{model}:predict", "POST /v1/sessions", "POST /v1/sessions/{id}:step", "POST /v1/sessions/{id}:step",
            "GET /v1/sessions/{id}", "GET /v1/sessions", "DELETE /v1/sessions/{id}", "GET /errors/{reason}", "GET /healthz/ready",
        })
        {
            var operation = Operations(document).Single(o => $"{o.Method} {o.Path}" == name);
            var (status, answer) = await Service.SendAsync(operation.Method, WithExamples(operation.Path, operation.Operation), BodyExample(operation.Operation));
            Assert.True(status is 200 or 201, $"{name} answers {status}: {answer}");
        }
    }

    [Theory]
    [InlineData("lstm-tenant")]
    [InlineData("x-team")]
    [InlineData("")]
    public async Task Document_OfAStep_ShowsTheTenantsHeader(string header)
    {
        await using var service = await RunningService.StartAsync("--Lstm:Tenants:Header", header);

        var (_, document) = await service.SendAsync("GET", "/swagger/v1/swagger.json");

        var withHeader = Operations(document).Where(static o => o.Operation.TryGetProperty("parameters", out var all) && all.EnumerateArray().Any(static p => p.GetProperty("in").GetString() == "header")).ToList();
        if (header.Length == 0)
        {
            Assert.Empty(withHeader);
            return;
        }
        var (method, path, step) = Assert.Single(withHeader);
        Assert.Equal("POST /v1/sessions/{id}:step", $"{method} {path}");
        var parameter = Assert.Single(step.GetProperty("parameters").EnumerateArray(), static p => p.GetProperty("in").GetString() == "header");
        Assert.Equal(header, parameter.GetProperty("name").GetString());
        Assert.Equal(64, parameter.GetProperty("schema").GetProperty("maxLength").GetInt32());
        Assert.False(parameter.TryGetProperty("required", out _));
    }

    private static string WithExamples(string path, JsonElement operation)
    {
        if (!operation.TryGetProperty("parameters", out var parameters))
            return path;
        foreach (var parameter in parameters.EnumerateArray().Where(static p => p.GetProperty("in").GetString() == "path"))
            path = path.Replace($"{{{parameter.GetProperty("name")}}}", parameter.GetProperty("example").GetString(), StringComparison.Ordinal);
        return path;
    }

    private static string? BodyExample(JsonElement operation) =>
        operation.TryGetProperty("requestBody", out var body) ? body.GetProperty("content").GetProperty("application/json").GetProperty("example").GetRawText() : null;

    private static IEnumerable<(string Method, string Path, JsonElement Operation)> Operations(JsonElement document) =>
        from path in document.GetProperty("paths").EnumerateObject()
        from operation in path.Value.EnumerateObject()
        select (operation.Name.ToUpperInvariant(), path.Name, operation.Value);
}
