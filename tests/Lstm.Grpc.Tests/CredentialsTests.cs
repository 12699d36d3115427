using System.Security.Cryptography.X509Certificates;
using Grpc.Core;
using Grpc.Net.Client;
using Grpc.Testing;
using Lstm.Grpc.Interop;

namespace Lstm.Grpc.Tests;

/// <summary>Channel and call credentials; the interop server sends back the metadata that they add.</summary>
public sealed class CredentialsTests
{
    private const string Echoed = "x-grpc-test-echo-initial";

    private static readonly CallCredentials Token = CallCredentials.FromInterceptor((context, metadata) =>
    {
        metadata.Add(Echoed, $"token for {context.MethodName} of {context.ServiceUrl.Split('/')[^1]}");
        return Task.CompletedTask;
    });

    [Fact]
    public async Task SslCredentials_WithCallCredentials_SendThemWithEachCallOverTls()
    {
        using var certificate = Certificates.CreateSelfSigned();
        await using var server = await InteropServer.StartAsync(port: 0, certificate, "gzip", _ => { });
        using var channel = GrpcChannel.ForAddress(server.Address, new GrpcChannelOptions
        {
            Credentials = ChannelCredentials.Create(new SslCredentials(), Token),
            HttpHandler = Trusting(certificate),
            DisposeHttpClient = true,
        });

        using var call = new TestService.TestServiceClient(channel).EmptyCallAsync(new Empty());
        await call;

        Assert.Equal("token for EmptyCall of grpc.testing.TestService", (await call.ResponseHeadersAsync).GetValue(Echoed));
    }

    [Fact]
    public async Task Channel_CertificateOfAStranger_IsUnavailable()
    {
        using var certificate = Certificates.CreateSelfSigned();
        using var other = Certificates.CreateSelfSigned();
        await using var server = await InteropServer.StartAsync(port: 0, certificate, "gzip", _ => { });
        using var channel = GrpcChannel.ForAddress(server.Address, new GrpcChannelOptions { HttpHandler = Trusting(other), DisposeHttpClient = true });

        var exception = await Assert.ThrowsAsync<RpcException>(async () => await new TestService.TestServiceClient(channel).EmptyCallAsync(new Empty()));

        Assert.Equal(StatusCode.Unavailable, exception.StatusCode);
    }

    [Fact]
    public void SslCredentials_AddressWithoutTls_AreRefused()
    {
        var exception = Assert.Throws<InvalidOperationException>(() => GrpcChannel.ForAddress("http://localhost:1", new GrpcChannelOptions { Credentials = new SslCredentials() }));

        Assert.Equal("The credentials need https, but the address is \"http://localhost:1/\": change one of them.", exception.Message);
    }

    private static SocketsHttpHandler Trusting(X509Certificate2 certificate) => new()
    {
        SslOptions =
        {
            CertificateChainPolicy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                CustomTrustStore = { certificate },
                RevocationMode = X509RevocationMode.NoCheck,
            },
        },
    };
}
