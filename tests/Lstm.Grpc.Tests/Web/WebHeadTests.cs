using System.Net;
using Grpc.AspNetCore.Web;
using Grpc.Core;
using Lstm.Grpc.Tests.Hosting;
using Lstm.Grpc.Tests.Protos;
using Microsoft.AspNetCore.Builder;

namespace Lstm.Grpc.Tests.Web;

/// <summary>Which requests are gRPC-Web and who takes them: grpc/grpc doc/PROTOCOL-WEB.md, "Content-Type".</summary>
public sealed class WebHeadTests
{
    [Theory]
    [InlineData("1.1", "application/grpc-web", "application/grpc-web")]
    [InlineData("1.1", "application/grpc-web+proto", "application/grpc-web")]
    [InlineData("1.1", "application/grpc-web-text", "application/grpc-web-text")]
    [InlineData("1.1", "application/grpc-web-text+proto", "application/grpc-web-text")]
    [InlineData("2.0", "application/grpc-web; charset=utf-8", "application/grpc-web")]
    [InlineData("2.0", "application/grpc-web+proto", "application/grpc-web")]
    [InlineData("2.0", "Application/gRPC-Web-Text", "application/grpc-web-text")]
    [InlineData("2.0", "application/grpc-web-text+proto", "application/grpc-web-text")]
    public async Task ContentType_OfGrpcWeb_IsServedAndAnsweredInItsForm(string version, string contentType, string answered)
    {
        await using var web = await WebProbe.StartAsync(version);

        var content = new ByteArrayContent(WebProbe.Body(answered, RawClient.Frame(new ProbeRequest { Text = "x" })));
        var reply = await web.CallAsync("Unary", contentType, content);

        Assert.Equal(HttpStatusCode.OK, reply.HttpStatus);
        Assert.Equal(answered, reply.Raw.ContentType);
        Assert.Equal("x", Assert.Single(reply.Replies).Text);
        Assert.Equal(StatusCode.OK, reply.Status);
    }

    [Theory]
    [InlineData("application/grpc-webx")]
    [InlineData("application/grpc-web-texts")]
    [InlineData("application/json")]
    public async Task ContentType_OfSomethingElse_Is415(string contentType)
    {
        await using var web = await WebProbe.StartAsync("1.1");

        var reply = await web.CallAsync("Unary", contentType, new ProbeRequest());

        Assert.Equal(HttpStatusCode.UnsupportedMediaType, reply.HttpStatus);
        Assert.Empty(web.Server.Log.Calls);
    }

    // "The client library should indicate to the server via the Accept header that the response stream needs to be text encoded."
    [Theory]
    [InlineData(WebProbe.Binary, "application/grpc-web-text", WebProbe.Text)]
    [InlineData(WebProbe.Binary, "*/*, application/grpc-web-text+proto", WebProbe.Text)]
    [InlineData(WebProbe.Binary, "*/*", WebProbe.Binary)]
    [InlineData(WebProbe.Text, "application/grpc-web", WebProbe.Binary)]
    [InlineData(WebProbe.Text, "*/*", WebProbe.Text)]
    public async Task Accept_DecidesTheFormOfTheResponse(string contentType, string accept, string answered)
    {
        await using var web = await WebProbe.StartAsync("1.1");

        var reply = await web.CallAsync("Unary", contentType, new ProbeRequest { Text = "x" }, request => request.Headers.TryAddWithoutValidation("accept", accept));

        Assert.Equal(answered, reply.Raw.ContentType);
        Assert.Equal("x", Assert.Single(reply.Replies).Text);
    }

    [Theory]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task GrpcWeb_NotEnabled_Is415(string version)
    {
        await using var without = await WebProbe.StartAsync(version, endpoints: _ => { });
        await using var silent = await WebProbe.StartAsync(version, endpoints: app => app.UseGrpcWeb());

        Assert.Equal(HttpStatusCode.UnsupportedMediaType, (await without.CallAsync("Unary", WebProbe.Binary, new ProbeRequest())).HttpStatus);
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, (await silent.CallAsync("Unary", WebProbe.Binary, new ProbeRequest())).HttpStatus);
        Assert.Empty(without.Server.Log.Calls);
        Assert.Empty(silent.Server.Log.Calls);
    }

    // The conventions of an endpoint win over the options, and what was said last wins.
    [Theory]
    [InlineData(false, "enable", 200)]
    [InlineData(true, "disable", 415)]
    [InlineData(true, "disable enable", 200)]
    [InlineData(false, "enable disable", 415)]
    [InlineData(true, "", 200)]
    [InlineData(false, "", 415)]
    public async Task EnableAndDisable_OnEndpoints_WinOverTheDefault(bool defaultEnabled, string said, int status)
    {
        await using var web = await WebProbe.StartAsync("1.1", endpoints: app =>
        {
            app.UseGrpcWeb(new GrpcWebOptions { DefaultEnabled = defaultEnabled });
            var service = app.MapGrpcService<PlainService>();
            foreach (string word in said.Split(' ', StringSplitOptions.RemoveEmptyEntries))
                service = word == "enable" ? service.EnableGrpcWeb() : service.DisableGrpcWeb();
        });

        Assert.Equal(status, (int)await CountAsync(web));
    }

    [Fact]
    public async Task EnableGrpcWebAttribute_OnTheService_EnablesIt()
    {
        await using var web = await WebProbe.StartAsync("1.1", endpoints: app =>
        {
            app.UseGrpcWeb();
            app.MapGrpcService<EnabledService>();
        });

        Assert.Equal(HttpStatusCode.OK, await CountAsync(web));
    }

    [Fact]
    public async Task DisableGrpcWebAttribute_OnAMethod_DisablesIt()
    {
        await using var web = await WebProbe.StartAsync("1.1", endpoints: app =>
        {
            app.UseGrpcWeb(new GrpcWebOptions { DefaultEnabled = true });
            app.MapGrpcService<DisabledService>();
        });

        Assert.Equal(HttpStatusCode.UnsupportedMediaType, await CountAsync(web));
    }

    [Fact]
    public async Task Grpc_OnAServerOfGrpcWeb_StaysGrpc()
    {
        await using var http2 = await WebProbe.StartAsync("2.0");
        await using var http1 = await WebProbe.StartAsync("1.1");
        using var raw = new RawClient(http2.Server.Address);

        var response = await raw.CallAsync("Unary", new ProbeRequest { Text = "x" });

        Assert.Equal("application/grpc", response.ContentType);
        Assert.Equal("0", Assert.Single(response.Trailers["grpc-status"]));
        Assert.Equal(HttpStatusCode.UpgradeRequired, (await http1.CallAsync("Unary", "application/grpc", new ProbeRequest())).HttpStatus);
    }

    // statuscodes.md: UNIMPLEMENTED for unknown methods.
    [Theory]
    [InlineData("/lstm.grpc.tests.Probe/Nowhere")]
    [InlineData("/lstm.grpc.tests.Probe/unary")]
    [InlineData("/no.such.Service/Unary")]
    public async Task Path_Unknown_IsUnimplemented(string path)
    {
        await using var web = await WebProbe.StartAsync("1.1");

        var reply = await web.CallAsync("Unary", WebProbe.Text, new ProbeRequest(), request => request.RequestUri = new Uri(web.Server.Address + path));

        Assert.Equal(HttpStatusCode.OK, reply.HttpStatus);
        Assert.Equal(WebProbe.Text, reply.Raw.ContentType);
        Assert.Equal(StatusCode.Unimplemented, reply.Status);
    }

    private static async Task<HttpStatusCode> CountAsync(WebProbe web) =>
        (await web.CallAsync("Who", WebProbe.Binary, new WhoRequest(), request => request.RequestUri = new Uri(web.Server.Address + "/lstm.grpc.tests.Counting/Who"))).HttpStatus;

    private class PlainService : Counting.CountingBase
    {
        public override Task<WhoReply> Who(WhoRequest request, ServerCallContext context) => Task.FromResult(new WhoReply());
    }

    [EnableGrpcWeb]
    private sealed class EnabledService : PlainService;

    private sealed class DisabledService : PlainService
    {
        [DisableGrpcWeb]
        public override Task<WhoReply> Who(WhoRequest request, ServerCallContext context) => base.Who(request, context);
    }
}
