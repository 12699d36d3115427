using System.Net;
using Google.Protobuf;
using Google.Rpc;
using Lstm.Service.Tests.Hosting;
using Lstm.V1;

namespace Lstm.Service.Tests;

/// <summary>The gRPC face as browsers reach it: gRPC-Web over HTTP/1.1, and CORS (grpc/grpc doc/PROTOCOL-WEB.md).</summary>
public sealed class GrpcWebTests(ServiceFixture fixture) : IClassFixture<ServiceFixture>
{
    private const string Page = "https://page.example";

    private RunningService Service => fixture.Service;

    [Fact]
    public async Task Step_OverGrpcWeb_IsTheStepOfGrpc()
    {
        string ours = await Service.OpenAsync();
        string web = OpenSession(await WebReply.CallAsync(Service, "OpenSession", [new OpenSessionRequest { Model = "nyc-taxi" }]));

        var expected = await Service.Grpc.StepAsync(new() { SessionId = ours, Step = 1, X = { TestModels.X() } });
        var reply = await WebReply.CallAsync(Service, "Step", [new StepRequest { SessionId = web, Step = 1, X = { TestModels.X() } }]);

        Assert.Equal(expected.Result, StepReply.Parser.ParseFrom(Assert.Single(reply.Messages)).Result);
        Assert.Equal("grpc-status: 0\r\n", reply.Trailers);
        Assert.Equal(HttpVersion.Version11, reply.Response.Version);
    }

    // Browsers cannot send while they receive; they may send all at once.
    [Fact]
    public async Task Stream_OpenAndManyStepsInOnePost_AnswersEachInOrder()
    {
        const int steps = 500;
        string session = await Service.OpenAsync();
        var expected = await Service.Grpc.StepAsync(new() { SessionId = session, Count = steps, X = { Enumerable.Range(0, steps).SelectMany(TestModels.X) } });
        var requests = Enumerable.Range(0, steps).Select(i => new StreamRequest { Step = new() { Handle = 1, Step = (ulong)i + 1, X = { TestModels.X(i) } } });

        var reply = await WebReply.CallAsync(Service, "Stream", [new StreamRequest { Open = new() { Handle = 1, Model = "nyc-taxi" } }, .. requests]);

        var replies = reply.Messages.Select(StreamReply.Parser.ParseFrom).ToList();
        Assert.Equal(StreamReply.KindOneofCase.Opened, replies[0].KindCase);
        Assert.Equal(Enumerable.Range(1, steps), replies.Skip(1).Select(step => (int)step.Result.Step));
        Assert.Equal(expected.Result.Y, replies.Skip(1).SelectMany(step => step.Result.Y));
        Assert.Equal("grpc-status: 0\r\n", reply.Trailers);
    }

    [Fact]
    public async Task Call_OnTheGrpcPort_IsServedToo()
    {
        var reply = await WebReply.CallAsync(Service, "ListModels", [new ListModelsRequest()], port: Service.GrpcPort);

        Assert.NotEmpty(ListModelsReply.Parser.ParseFrom(Assert.Single(reply.Messages)).Models);
        Assert.Equal(HttpVersion.Version20, reply.Response.Version);
    }

    [Theory]
    [InlineData("GetSession", "5", "SESSION_NOT_FOUND")]
    [InlineData("Stream", "9", "STREAM_NOT_OPENED")]
    public async Task Fault_BeforeAnyReply_IsInTheHeadersWithItsDetails(string method, string code, string reason)
    {
        IMessage request = method == "Stream" ? new StreamRequest { Step = new() } : new GetSessionRequest { SessionId = "nobody" };

        var reply = await WebReply.CallAsync(Service, method, [request]);

        Assert.Equal(HttpStatusCode.OK, reply.Response.StatusCode);
        Assert.Equal("application/grpc-web", reply.Response.Content.Headers.ContentType?.ToString());
        Assert.Empty(reply.Body);
        Assert.Equal(code, reply.Header("grpc-status"));
        Assert.Equal(reason, Reason(reply.Header("grpc-status-details-bin")));
    }

    // The fault that the gRPC layer finds itself has its details wherever the status goes.
    [Fact]
    public async Task MessageTooLarge_FirstOrLater_HasItsDetails()
    {
        var large = new StreamRequest { Step = new() { Handle = 1, X = { new float[300_000] } } };

        var first = await WebReply.CallAsync(Service, "Stream", [large]);
        var later = await WebReply.CallAsync(Service, "Stream", [new StreamRequest { Open = new() { Handle = 1, Model = "nyc-taxi" } }, large]);

        Assert.Equal("MESSAGE_TOO_LARGE", Reason(first.Header("grpc-status-details-bin")));
        Assert.Single(later.Messages);
        Assert.StartsWith("grpc-status: 8\r\n", later.Trailers, StringComparison.Ordinal);
        Assert.Equal("MESSAGE_TOO_LARGE", Reason(later.Trailers?.Split("grpc-status-details-bin: ")[1].TrimEnd()));
    }

    [Fact]
    public async Task Web_SwitchedOff_IsNotServedAndAllowsNobody()
    {
        await using var service = await RunningService.StartAsync("--Lstm:Grpc:Web", "false", "--Lstm:Grpc:WebOrigins", "*");

        var call = await WebReply.CallAsync(service, "ListModels", [new ListModelsRequest()], Page);

        Assert.Equal(HttpStatusCode.UnsupportedMediaType, call.Response.StatusCode);
        Assert.Empty(call.Body);
        Assert.Null(call.Header("access-control-allow-origin"));
    }

    [Theory]
    [InlineData("", Page, null)]
    [InlineData("https://page.example", Page, Page)]
    [InlineData("http://localhost:3000,https://page.example", Page, Page)]
    [InlineData("https://page.example", "https://other.example", null)]
    [InlineData("https://page.example", "http://page.example", null)]
    [InlineData("*", Page, "*")]
    public async Task WebOrigins_PreflightAndCall_AllowTheOriginsAndNoOthers(string origins, string origin, string? allowed)
    {
        await using var service = await RunningService.StartAsync("--Lstm:Grpc:WebOrigins", origins);
        using var preflight = new HttpRequestMessage(HttpMethod.Options, "/lstm.v1.Inference/Step");
        preflight.Headers.Add("origin", origin);
        preflight.Headers.Add("access-control-request-method", "POST");
        preflight.Headers.Add("access-control-request-headers", "content-type,grpc-timeout,x-grpc-web,x-user-agent");

        using var asked = await service.Http.SendAsync(preflight);
        var called = await WebReply.CallAsync(service, "GetSession", [new GetSessionRequest { SessionId = "nobody" }], origin);

        Assert.Equal(HttpStatusCode.NoContent, asked.StatusCode);
        Assert.Equal(allowed, Header(asked, "access-control-allow-origin"));
        Assert.Equal(allowed, called.Header("access-control-allow-origin"));
        Assert.Equal(allowed is null ? null : "POST", Header(asked, "access-control-allow-methods"));
        Assert.Equal(allowed is null ? null : "content-type,x-grpc-web,x-user-agent,grpc-timeout", Header(asked, "access-control-allow-headers"));
        Assert.Equal(allowed is null ? null : "grpc-status,grpc-message,grpc-status-details-bin", called.Header("access-control-expose-headers"));
    }

    [Fact]
    public async Task WebOrigins_OfAllPages_LeaveRestAsItIs()
    {
        await using var service = await RunningService.StartAsync("--Lstm:Grpc:WebOrigins", "*");
        using var preflight = new HttpRequestMessage(HttpMethod.Options, "/v1/sessions");
        preflight.Headers.Add("access-control-request-method", "POST");
        using var get = new HttpRequestMessage(HttpMethod.Get, "/v1/models");
        foreach (var request in new[] { preflight, get })
            request.Headers.Add("origin", Page);

        using var asked = await service.Http.SendAsync(preflight);
        using var got = await service.Http.SendAsync(get);

        Assert.Equal(HttpStatusCode.MethodNotAllowed, asked.StatusCode);
        Assert.Equal(HttpStatusCode.OK, got.StatusCode);
        Assert.Null(Header(asked, "access-control-allow-origin"));
        Assert.Null(Header(got, "access-control-allow-origin"));
    }

    private static string OpenSession(WebReply reply) => Session.Parser.ParseFrom(Assert.Single(reply.Messages)).SessionId;

    private static string? Header(HttpResponseMessage response, string name) => response.Headers.NonValidated.TryGetValues(name, out var values) ? values.ToString() : null;

    private static string Reason(string? details)
    {
        Assert.NotNull(details);
        var status = global::Google.Rpc.Status.Parser.ParseFrom(Convert.FromBase64String(details.PadRight((details.Length + 3) / 4 * 4, '=')));
        return Assert.Single(status.Details).Unpack<ErrorInfo>().Reason;
    }
}
