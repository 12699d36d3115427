using System.Net;
using Grpc.Core;
using Lstm.Grpc.Tests.Hosting;
using Lstm.Grpc.Tests.Protos;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Lstm.Grpc.Tests;

/// <summary>The head of a request: grpc/grpc doc/PROTOCOL-HTTP2.md, "Requests".</summary>
public sealed class RequestHeadTests : RawTests
{
    [Theory]
    [InlineData("application/grpc")]
    [InlineData("application/grpc+proto")]
    [InlineData("application/grpc; charset=utf-8")]
    [InlineData("Application/gRPC")]
    public async Task ContentType_OfGrpc_IsAccepted(string contentType)
    {
        var response = await Raw.CallAsync("Unary", new ProbeRequest(), request => SetContentType(request, contentType));

        Assert.Equal(StatusCode.OK, response.Status);
        Assert.Equal("application/grpc", response.ContentType);
        Assert.Equal(HttpStatusCode.OK, response.HttpStatus);
    }

    // "Servers should return 415 if the content-type does not begin with application/grpc."
    [Theory]
    [InlineData("application/json")]
    [InlineData("application/grpc-web")]
    [InlineData("application/grpcx")]
    [InlineData(null)]
    public async Task ContentType_OfSomethingElse_Is415(string? contentType)
    {
        var response = await Raw.CallAsync("Unary", new ProbeRequest(), request => SetContentType(request, contentType));

        Assert.Equal(HttpStatusCode.UnsupportedMediaType, response.HttpStatus);
        Assert.Empty(response.Body);
        Assert.Empty(Server.Log.Calls);
    }

    [Fact]
    public async Task Http1_OnAPortOfBothVersions_Is426()
    {
        await using var server = await ProbeServer.StartAsync(protocols: HttpProtocols.Http1AndHttp2);
        using var raw = new RawClient(server.Address);

        var response = await raw.CallAsync("Unary", new ProbeRequest(), request => request.Version = HttpVersion.Version11);

        Assert.Equal(HttpStatusCode.UpgradeRequired, response.HttpStatus);
        Assert.Equal("HTTP/2", Assert.Single(response.Headers["Upgrade"]));
    }

    [Theory]
    [InlineData("/lstm.grpc.tests.Probe/Unary")]
    [InlineData("/lstm.grpc.tests.Probe/Nowhere")]
    [InlineData("/two/parts")]
    public async Task Method_OtherThanPost_IsNotFound(string path)
    {
        var response = await Raw.CallAsync("Unary", new ProbeRequest(), request =>
        {
            request.Method = HttpMethod.Put;
            request.RequestUri = new Uri(Server.Address + path);
        });

        // Not 405: other faces share the port, and an address of two parts may be anyone's.
        Assert.Equal(HttpStatusCode.NotFound, response.HttpStatus);
        Assert.Empty(Server.Log.Calls);
    }

    // The reference servers tolerate clients that leave "te: trailers" out.
    [Fact]
    public async Task Te_Missing_IsTolerated()
    {
        var response = await Raw.CallAsync("Unary", new ProbeRequest(), request => request.Headers.TE.Clear());

        Assert.Equal(StatusCode.OK, response.Status);
    }

    // statuscodes.md: UNIMPLEMENTED for unknown methods; PROTOCOL-HTTP2: Trailers-Only.
    [Theory]
    [InlineData("/lstm.grpc.tests.Probe/Nowhere")]
    [InlineData("/lstm.grpc.tests.Probe/unary")]
    [InlineData("/no.such.Service/Unary")]
    public async Task Path_Unknown_IsUnimplemented(string path)
    {
        var response = await Raw.CallAsync("Unary", new ProbeRequest(), request => request.RequestUri = new Uri(Server.Address + path));

        Assert.Equal(HttpStatusCode.OK, response.HttpStatus);
        Assert.True(response.IsTrailersOnly);
        Assert.Equal(StatusCode.Unimplemented, response.Status);
        Assert.Equal("application/grpc", response.ContentType);
    }

    [Fact]
    public async Task Path_UnknownAndNotGrpc_GoesOnToOtherEndpoints()
    {
        var response = await Raw.CallAsync("Nowhere", new ProbeRequest(), request => SetContentType(request, "application/json"));

        Assert.Equal(HttpStatusCode.NotFound, response.HttpStatus);
    }

    [Fact]
    public async Task Path_OfAnotherEndpoint_IsItsOwn()
    {
        var response = await CallBesideAsync("POST");

        Assert.Equal(HttpStatusCode.UnprocessableEntity, response.HttpStatus);
    }

    [Fact]
    public async Task Path_OfAnotherEndpointForAnotherMethod_IsUnimplemented()
    {
        var response = await CallBesideAsync("GET");

        Assert.Equal((HttpStatusCode.OK, StatusCode.Unimplemented), (response.HttpStatus, response.Status));
    }

    [Fact]
    public async Task Path_UnknownServiceIgnored_Is404()
    {
        await using var server = await ProbeServer.StartAsync(options => options.IgnoreUnknownServices = true);
        using var raw = new RawClient(server.Address);

        var response = await raw.CallAsync("Unary", new ProbeRequest(), request => request.RequestUri = new Uri(server.Address + "/no.such.Service/Unary"));

        Assert.Equal(HttpStatusCode.NotFound, response.HttpStatus);
    }

    [Theory]
    [InlineData("0S")]
    [InlineData("0n")]
    [InlineData("00000000H")]
    public async Task Timeout_Zero_IsExceededBeforeTheHandlerRuns(string timeout)
    {
        var response = await Raw.CallAsync("Unary", new ProbeRequest(), request => request.Headers.Add("grpc-timeout", timeout));

        Assert.Equal(StatusCode.DeadlineExceeded, response.Status);
        Assert.True(response.IsTrailersOnly);
        Assert.Empty(Server.Log.Calls);
    }

    [Theory]
    [InlineData("")]
    [InlineData("S")]
    [InlineData("10")]
    [InlineData("123456789S")]
    [InlineData("-1S")]
    [InlineData("1.5S")]
    [InlineData("1s")]
    [InlineData("1 S")]
    public async Task Timeout_Malformed_IsIgnored(string timeout)
    {
        var response = await Raw.CallAsync("Unary", new ProbeRequest(), request => request.Headers.TryAddWithoutValidation("grpc-timeout", timeout));

        Assert.Equal(StatusCode.OK, response.Status);
        Assert.Equal(DateTime.MaxValue, (await Server.Log.FirstCall).Deadline);
    }

    [Fact]
    public async Task Timeout_OfElevenThousandYears_IsNone()
    {
        var response = await Raw.CallAsync("Unary", new ProbeRequest(), request => request.Headers.Add("grpc-timeout", "99999999H"));

        Assert.Equal(StatusCode.OK, response.Status);
        Assert.Equal(DateTime.MaxValue, (await Server.Log.FirstCall).Deadline);
    }

    [Fact]
    public async Task Timeout_OfAHundredDays_IsKept()
    {
        // Longer than a timer takes.
        var response = await Raw.CallAsync("Unary", new ProbeRequest(), request => request.Headers.Add("grpc-timeout", "2400H"));

        Assert.Equal(StatusCode.OK, response.Status);
        Assert.InRange((await Server.Log.FirstCall).Deadline, DateTime.UtcNow.AddDays(99), DateTime.UtcNow.AddDays(101));
    }

    // Custom-Metadata: "-bin" values are base64 with or without padding, and may be joined by commas.
    [Theory]
    [InlineData("AAE=,/w", "0001 FF")]
    [InlineData("AAE , /w==", "0001 FF")]
    [InlineData("!,/w", "FF")]
    [InlineData("A", "")]
    public async Task BinaryMetadata_InAnyForm_IsReadOrLeftOut(string value, string expected)
    {
        var response = await Raw.CallAsync("Unary", new ProbeRequest(), request => request.Headers.TryAddWithoutValidation("x-data-bin", value));

        Assert.Equal(StatusCode.OK, response.Status);
        var headers = (await Server.Log.FirstCall).RequestHeaders;
        Assert.Equal(expected, string.Join(' ', headers.GetAll("x-data-bin").Select(entry => Convert.ToHexString(entry.ValueBytes))));
    }

    [Fact]
    public async Task Metadata_OfTheProtocol_IsNotHandedToHandlers()
    {
        await Raw.CallAsync("Unary", new ProbeRequest(), request => request.Headers.Add("grpc-timeout", "1M"));

        var headers = (await Server.Log.FirstCall).RequestHeaders;
        Assert.DoesNotContain(headers, entry => entry.Key.StartsWith("grpc-", StringComparison.Ordinal) || entry.Key.StartsWith(':'));
    }

    private static void SetContentType(HttpRequestMessage request, string? contentType)
    {
        // Every request of RawClient has content.
        request.Content!.Headers.Remove("content-type");
        if (contentType is not null)
            request.Content.Headers.TryAddWithoutValidation("content-type", contentType);
    }

    // A call to an address where an endpoint of somebody else stands.
    private static async Task<RawResponse> CallBesideAsync(string method)
    {
        const string path = "/no.such.Service/Unary";
        await using var server = await ProbeServer.StartAsync(endpoints: app => app.MapMethods(path, [method], () => Results.UnprocessableEntity()));
        using var raw = new RawClient(server.Address);
        return await raw.CallAsync("Unary", new ProbeRequest(), request => request.RequestUri = new Uri(server.Address + path));
    }
}
