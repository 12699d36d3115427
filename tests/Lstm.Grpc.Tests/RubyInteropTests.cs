using Lstm.Grpc.Interop;
using Lstm.Grpc.Tests.Hosting;
using Microsoft.Extensions.Logging;

namespace Lstm.Grpc.Tests;

/// <summary>
/// The standard interoperability cases with programs that are not even ours: client and server of grpc-ruby, as its project tests itself
/// with them, and the test credentials of gRPC.
/// </summary>
public sealed class RubyInteropTests(GrpcRuby ruby) : IClassFixture<GrpcRuby>
{
    // All that the client has, except those that need Google's credentials.
    private static readonly string[] ClientCases =
    [
        "empty_unary", "large_unary", "client_compressed_unary", "client_streaming", "client_compressed_streaming", "server_streaming",
        "ping_pong", "empty_stream", "custom_metadata", "status_code_and_message", "unimplemented_method", "unimplemented_service",
        "cancel_after_begin", "cancel_after_first_response", "timeout_on_sleeping_server",
    ];

    // What grpc-ruby's server does not do.
    private static readonly Dictionary<string, string> ServerLeavesUnchecked = new()
    {
        ["client_compressed_unary"] = InteropClient.NoCheck,
        ["client_compressed_streaming"] = InteropClient.NoCheck,
        ["server_compressed_unary"] = InteropClient.NoCompression,
        ["server_compressed_streaming"] = InteropClient.NoCompression,
    };

    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Client_CasesItHas_AllPass(bool tls)
    {
        Skip.If(ruby.MissingMeans is not null, ruby.MissingMeans);
        using var certificate = tls ? Certificates.Load(ruby.Certificate, ruby.Key) : null;
        using var errors = new ErrorLog();
        await using var server = await InteropServer.StartAsync(port: 0, certificate, "gzip", logging => logging.AddProvider(errors));
        var address = new Uri(server.Address);
        string[] trust = tls ? ["--use_tls=true", "--use_test_ca=true", $"--server_host_override={GrpcRuby.CertifiedName}"] : [];

        var results = new List<string>();
        foreach (string name in ClientCases)
        {
            var (exitCode, output) = await ProcessRun.RunAsync(
                GrpcRuby.Interpreter, [ruby.Client, $"--server_host={address.Host}", $"--server_port={address.Port}", $"--test_case={name}", .. trust]);
            results.Add(exitCode == 0 && output.Split('\n').Contains($"\"OK: {name}\"") ? $"ok {name}" : $"FAILED {name}: {output}");
        }

        Assert.Equal(ClientCases.Select(static name => $"ok {name}"), results);
        Assert.Empty(errors.Messages);
    }

    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Server_StandardCases_AllPass(bool tls)
    {
        Skip.If(ruby.MissingMeans is not null, ruby.MissingMeans);
        using var port = new HeldPort();
        await using var server = await ServingProcess.StartAsync(port.Number, GrpcRuby.Interpreter, ruby.Server, $"--port={port.Number}", $"--use_tls={(tls ? "true" : "false")}");
        using var authority = tls ? Certificates.Load(ruby.Authority, keyPath: null) : null;
        using var client = new InteropClient($"{(tls ? "https" : "http")}://127.0.0.1:{port.Number}", authority, tls ? GrpcRuby.CertifiedName : null);
        await using var output = new StringWriter();

        await client.RunAsync(InteropClient.AllCases, output);

        InteropTests.AssertAllPass(output.ToString(), errors: [], ServerLeavesUnchecked);
    }
}
