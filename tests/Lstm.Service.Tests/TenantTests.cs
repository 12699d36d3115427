using System.Text.Json;
using Grpc.Core;
using Lstm.Service.Errors;
using Lstm.Service.Sessions;
using Lstm.Service.Tests.Hosting;
using Lstm.V1;
using Microsoft.AspNetCore.Http;

namespace Lstm.Service.Tests;

/// <summary>Whose steps a request brings: said by a header on every face, and honoured when steps have to wait.</summary>
public sealed class TenantTests
{
    private const string Full = "4 requests already wait for a lane of model 'nyc-taxi', as many as allowed (Lstm:Models:MaxQueue)";
    private const string Later = " Nothing was done; send the same request again a little later.";

    /// <summary>How each face steps a session of its own for a tenant; gives what it was refused with: reason and message, or nothing.</summary>
    private static readonly Dictionary<string, Func<RunningService, string, Task<string>>> Faces = new(StringComparer.Ordinal)
    {
        ["unary"] = StepUnaryAsync,
        ["stream"] = StepOnStreamAsync,
        ["http"] = StepOverHttpAsync,
    };

    public static TheoryData<string> FaceNames => [.. Faces.Keys];

    [Fact]
    public async Task Step_BesideAQueueFullOfAnotherTenant_WaitsUpToItsShareOnEveryFace()
    {
        await using var service = await RunningService.StartAsync("--Lstm:Models:MaxQueue", "4", "--Lstm:Models:Lanes", "1");
        using var busy = new BusyModel();
        var first = Task.Run(() => StepUnaryAsync(service, "first"));
        await busy.UntilBusyAsync();

        // What is refused shows that the others wait: so many more of a tenant than its share are sent, and told.
        var greedy = await SendAsync(service, "unary", "greedy", 6, refused: 2);
        var second = await SendAsync(service, "unary", "second", 3, refused: 1);
        var third = await SendAsync(service, "stream", "third", 2, refused: 1);
        var thirdAgain = await SendAsync(service, "http", "third", 1, refused: 1);
        var nobody = await SendAsync(service, "http", "", 2, refused: 1);
        busy.Release();

        Assert.All(greedy.Refused, static told => Assert.Equal($"QUEUE_FULL: {Full}.{Later}", told));
        Assert.Equal([$"QUEUE_FULL: {Full}, and this tenant has its share of 2.{Later}"], second.Refused);
        Assert.Equal([$"QUEUE_FULL: {Full}, and this tenant has its share of 1.{Later}"], third.Refused);
        Assert.Equal(third.Refused, thirdAgain.Refused);
        Assert.Equal([$"QUEUE_FULL: {Full}.{Later}"], nobody.Refused); // Twice as many wait: the end for everybody.
        Assert.All(await Task.WhenAll([first, .. greedy.Waiting, .. second.Waiting, .. third.Waiting, .. nobody.Waiting]), static told => Assert.Equal("", told));
    }

    [Fact]
    public async Task Step_WithoutAHeaderToLookAt_IsOfOneTenantWithAll()
    {
        await using var service = await RunningService.StartAsync("--Lstm:Tenants:Header", "", "--Lstm:Models:MaxQueue", "4", "--Lstm:Models:Lanes", "1");
        using var busy = new BusyModel();
        var first = Task.Run(() => StepUnaryAsync(service, "not looked at, whatever it is"));
        await busy.UntilBusyAsync();

        var greedy = await SendAsync(service, "unary", "greedy", 5, refused: 1);
        List<Task<string>> waiting = [first, .. greedy.Waiting];
        foreach (string face in Faces.Keys)
            Assert.Equal([$"QUEUE_FULL: {Full}.{Later}"], (await SendAsync(service, face, "other", 1, refused: 1)).Refused);
        busy.Release();

        Assert.All(await Task.WhenAll(waiting), static told => Assert.Equal("", told));
    }

    [Theory, MemberData(nameof(FaceNames))]
    public async Task Step_WithABadTenant_IsRefusedOnEveryFace(string face)
    {
        await using var service = await RunningService.StartAsync();
        string longest = new('x', 64);

        Assert.Equal("", await Faces[face](service, longest));
        Assert.Equal(
            "INVALID_TENANT: Expected a tenant of at most 64 visible ASCII characters in header 'lstm-tenant' but got 'two words' (9 characters). Nothing was done.",
            await Faces[face](service, "two words"));
        Assert.Equal(
            $"INVALID_TENANT: Expected a tenant of at most 64 visible ASCII characters in header 'lstm-tenant' but got '{longest}x' (65 characters). Nothing was done.",
            await Faces[face](service, longest + "x"));
        Assert.All((await service.Grpc.ListSessionsAsync(new())).Sessions, static session => Assert.InRange(session.Step, 0ul, 1ul));
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("a", "a")]
    [InlineData("!~acme/2,b", "!~acme/2,b")]
    public void Read_ATenant_GivesItsName(string header, string tenant) => Assert.Equal(tenant, new TenantHeader(new()).Read(Request("lstm-tenant", header)));

    [Fact]
    public void Read_WithoutTheHeader_GivesNobody() => Assert.Equal("", new TenantHeader(new()).Read(Request("other", "a")));

    [Fact]
    public void Read_OfAnotherHeader_LooksAtNoOther()
    {
        var header = new TenantHeader(new() { Header = "x-team" });

        Assert.Equal("a", header.Read(Request("X-Team", "a")));
        Assert.Equal("", header.Read(Request("lstm-tenant", "two words")));
    }

    [Theory]
    [InlineData("b c")]
    [InlineData("bé")]
    [InlineData("b\t")]
    [InlineData("\u007f")]
    public void Read_WhatIsNotVisibleAscii_IsRefused(string tenant)
    {
        var refused = Assert.Throws<LstmException>(() => new TenantHeader(new()).Read(Request("lstm-tenant", tenant)));

        Assert.Equal(ErrorCode.InvalidTenant, refused.Code);
        Assert.Equal(tenant, refused.Metadata.Single(static fact => fact.Key == "tenant").Value);
    }

    // Whoever sends one beside the gateway's must not have his own.
    [Fact]
    public void Read_OfTwoHeaders_IsRefused()
    {
        var refused = Assert.Throws<LstmException>(() => new TenantHeader(new()).Read(Request("lstm-tenant", "a", "b")));

        Assert.Equal((ErrorCode.InvalidTenant, "Expected one tenant in header 'lstm-tenant' but got 2. Nothing was done."), (refused.Code, refused.Message));
    }

    private static HttpRequest Request(string header, params string[] values)
    {
        var request = new DefaultHttpContext().Request;
        request.Headers[header] = values;
        return request;
    }

    private static async Task<(List<Task<string>> Waiting, List<string> Refused)> SendAsync(RunningService service, string face, string tenant, int count, int refused)
    {
        List<Task<string>> sent = [.. Enumerable.Range(0, count).Select(_ => Task.Run(() => Faces[face](service, tenant)))];
        var told = new List<string>();
        for (; refused > 0; refused--)
        {
            var next = await Task.WhenAny(sent);
            sent.Remove(next);
            told.Add(await next);
        }

        return (sent, told);
    }

    private static Metadata HeadersOf(string tenant) => tenant.Length == 0 ? [] : new() { { "lstm-tenant", tenant } };

    private static async Task<string> StepUnaryAsync(RunningService service, string tenant)
    {
        var request = new StepRequest { SessionId = await service.OpenAsync(), X = { TestModels.X() } };
        return await ToldAsync(async () => await service.Grpc.StepAsync(request, HeadersOf(tenant)));
    }

    private static Task<string> StepOnStreamAsync(RunningService service, string tenant) => ToldAsync(async () =>
    {
        using var stream = service.Grpc.Stream(HeadersOf(tenant));
        // A call that is refused at once may have ended before this is written; the read tells why.
        await Record.ExceptionAsync(() => stream.RequestStream.WriteAsync(new() { Open = new() { Handle = 1, Model = "nyc-taxi" } }));
        Assert.True(await stream.ResponseStream.MoveNext(default));
        await stream.RequestStream.WriteAsync(new() { Step = new() { Handle = 1, X = { TestModels.X() } } });
        Assert.True(await stream.ResponseStream.MoveNext(default));
        return stream.ResponseStream.Current.Error;
    });

    private static async Task<string> ToldAsync(Func<Task<object?>> call)
    {
        Error? inBand = null;
        var e = await Record.ExceptionAsync(async () => inBand = await call() as Error);
        if (e is null)
            return inBand is null ? "" : $"{inBand.Reason}: {inBand.Message}";
        var refusal = await GrpcRefusal.OfAsync(() => Task.FromException(e));
        Assert.Equal(ErrorMap.All.Single(entry => entry.Reason == refusal.Info.Reason).Grpc, refusal.Code);
        return $"{refusal.Info.Reason}: {refusal.Message}";
    }

    private static async Task<string> StepOverHttpAsync(RunningService service, string tenant)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/v1/sessions/{await service.OpenAsync()}:step");
        request.Content = new StringContent("""{"x": [10844, 0, 1, 0.78, 0.62]}""", System.Text.Encoding.UTF8, "application/json");
        if (tenant.Length > 0)
            request.Headers.TryAddWithoutValidation("lstm-tenant", tenant);
        using var response = await service.Http.SendAsync(request);
        var body = JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement;
        if (response.IsSuccessStatusCode)
            return "";
        string reason = body.GetProperty("reason").GetString()!; // not null: a problem has one
        Assert.Equal(ErrorMap.All.Single(entry => entry.Reason == reason).Http, (int)response.StatusCode);
        return $"{reason}: {body.GetProperty("detail").GetString()}";
    }
}
