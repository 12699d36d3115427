using Lstm.Grpc.Interop;
using Lstm.Grpc.Tests.Hosting;
using Lstm.Tests.Shared;
using Microsoft.Extensions.Logging;

namespace Lstm.Grpc.Tests;

/// <summary>
/// The standard interoperability cases (grpc/grpc doc/interop-test-descriptions.md) against our server: by our own client and by those
/// of others, whose programs are in tests/interop; and by our client against the servers of grpc-go and of the official packages.
/// <see cref="RubyInteropTests"/> adds grpc-ruby and tests/e2e/interop grpc-js, each as client and as server.
/// </summary>
public sealed class InteropTests(CppClient cpp, GoPrograms go, OfficialPackages packages) : IClassFixture<CppClient>, IClassFixture<GoPrograms>, IClassFixture<OfficialPackages>
{
    private const string Python = "/usr/bin/python3";

    private static readonly string PythonClient = Repository.Path("tests", "interop", "python", "client.py");

    // What grpcio's interface does not reach.
    private static readonly Dictionary<string, string> PythonLeavesUnchecked = new()
    {
        ["server_compressed_unary"] = "grpcio does not show whether a message came compressed",
        ["server_compressed_streaming"] = "grpcio does not show whether a message came compressed",
        ["client_compressed_streaming"] = "grpcio compresses all messages of a call or none",
    };

    // What grpc-go's server cannot do.
    private static readonly Dictionary<string, string> GoLeavesUnchecked = new()
    {
        ["server_compressed_unary"] = InteropClient.NoCompression,
        ["server_compressed_streaming"] = InteropClient.NoCompression,
    };

    /// <summary>Whether with TLS, and how responses are compressed.</summary>
    public static TheoryData<bool, string> Servers => new() { { false, "gzip" }, { true, "deflate" } };

    [Theory]
    [MemberData(nameof(Servers))]
    public async Task OwnClient_StandardCases_AllPass(bool tls, string compression)
    {
        using var certificate = tls ? Certificates.CreateSelfSigned() : null;
        using var errors = new ErrorLog();
        await using var server = await InteropServer.StartAsync(port: 0, certificate, compression, logging => logging.AddProvider(errors));
        using var client = new InteropClient(server.Address, certificate);
        await using var output = new StringWriter();

        await client.RunAsync(InteropClient.AllCases, output);

        AssertAllPass(output.ToString(), errors.Messages, partly: []);
    }

    [SkippableTheory]
    [MemberData(nameof(Servers))]
    public async Task Grpcio_StandardCases_AllPass(bool tls, string compression)
    {
        Skip.IfNot(
            File.Exists(Python) && File.Exists("/usr/bin/grpc_python_plugin") && (await ProcessRun.RunAsync(Python, "-c", "import grpc, google.protobuf")).ExitCode == 0,
            $"{Python} with grpcio, protobuf and their code generator is not there (Debian: python3-grpcio python3-protobuf protobuf-compiler-grpc).");

        await AssertStrangerPassesAsync(
            tls, compression, PythonLeavesUnchecked, static (address, authority) => [Python, PythonClient, .. AddressAndAuthority(address, authority)]);
    }

    [SkippableTheory]
    [MemberData(nameof(Servers))]
    public async Task Cpp_StandardCases_AllPass(bool tls, string compression)
    {
        Skip.If(cpp.MissingMeans is not null, cpp.MissingMeans);

        await AssertStrangerPassesAsync(
            tls, compression, partly: [], (address, authority) => [cpp.Program, .. AddressAndAuthority(address, authority)]);
    }

    [SkippableTheory]
    [MemberData(nameof(Servers))]
    public async Task Go_StandardCases_AllPass(bool tls, string compression)
    {
        Skip.If(go.MissingMeans is not null, go.MissingMeans);

        await AssertStrangerPassesAsync(
            tls, compression, partly: [], (address, authority) => [go.Client, .. AddressAndAuthority(address, authority)]);
    }

    [SkippableTheory]
    [MemberData(nameof(Servers))]
    public async Task GrpcDotnet_StandardCases_AllPass(bool tls, string compression)
    {
        Skip.If(packages.MissingMeans is not null, packages.MissingMeans);

        await AssertStrangerPassesAsync(
            tls, compression, partly: [], (address, authority) => [packages.Program, "client", "--server_port", $"{address.Port}", .. authority is null ? [] : TrustIn(authority)]);
    }

    [SkippableTheory]
    [MemberData(nameof(Servers))]
    public async Task OwnClient_StandardCasesOnGrpcDotnet_AllPass(bool tls, string compression)
    {
        Skip.If(packages.MissingMeans is not null, packages.MissingMeans);
        using var authority = new TemporaryFile();
        await using var server = await ServingProcess.StartAsync(
            packages.Program, ["server", "--port", "0", "--compression", compression, .. tls ? (string[])["--use_tls", "--certificate_out", authority.Path] : []]);
        using var certificate = tls ? Certificates.Load(authority.Path, keyPath: null) : null;
        using var client = new InteropClient(server.FirstLine, certificate);
        await using var output = new StringWriter();

        await client.RunAsync(InteropClient.AllCases, output);

        AssertAllPass(output.ToString(), errors: [], partly: []);
    }

    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task OwnClient_StandardCasesOnGo_AllPass(bool tls)
    {
        Skip.If(go.MissingMeans is not null, go.MissingMeans);
        using var certificate = tls ? Certificates.CreateSelfSigned() : null;
        using TemporaryFile identity = new(), key = new();
        if (certificate is not null)
        {
            await File.WriteAllTextAsync(identity.Path, certificate.ExportCertificatePem());
            await File.WriteAllTextAsync(key.Path, Certificates.ExportKeyPem(certificate));
        }
        await using var server = await ServingProcess.StartAsync(go.Server, tls ? [identity.Path, key.Path] : []);
        using var client = new InteropClient(server.FirstLine, certificate);
        await using var output = new StringWriter();

        await client.RunAsync(InteropClient.AllCases, output);

        AssertAllPass(output.ToString(), errors: [], GoLeavesUnchecked);
    }

    /// <summary>The client printed a line for each case: that it passed or, of those in <paramref name="partly"/>, what was left unchecked.</summary>
    internal static void AssertAllPass(string output, IEnumerable<string> errors, Dictionary<string, string> partly)
    {
        var expected = InteropClient.CaseNames.Select(name => partly.TryGetValue(name, out string? reason) ? $"partly {name}: {reason}" : $"ok {name}");
        Assert.Equal(string.Join('\n', expected), output.TrimEnd());
        Assert.Empty(errors);
    }

    private static string[] TrustIn(string authority) => ["--use_tls", "--ca_file", authority];

    // The command is made of the server's address and the file with its certificate: null without TLS.
    private static async Task AssertStrangerPassesAsync(bool tls, string compression, Dictionary<string, string> partly, Func<Uri, string?, string[]> command)
    {
        using var certificate = tls ? Certificates.CreateSelfSigned() : null;
        using var errors = new ErrorLog();
        await using var server = await InteropServer.StartAsync(port: 0, certificate, compression, logging => logging.AddProvider(errors));
        using var authority = new TemporaryFile();
        if (certificate is not null)
            await File.WriteAllTextAsync(authority.Path, certificate.ExportCertificatePem());
        string[] words = command(new Uri(server.Address), tls ? authority.Path : null);

        var (_, output) = await ProcessRun.RunAsync(words[0], words[1..]);

        AssertAllPass(output, errors.Messages, partly);
    }

    private static string[] AddressAndAuthority(Uri address, string? authority) => authority is null ? [address.Authority] : [address.Authority, authority];
}
