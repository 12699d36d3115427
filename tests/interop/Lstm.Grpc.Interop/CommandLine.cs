using System.CommandLine;
using Microsoft.Extensions.Logging;

namespace Lstm.Grpc.Interop;

/// <summary>The arguments, in the names that the interop test descriptions give them, so that other projects' scripts can run this program.</summary>
internal static class CommandLine
{
    public static RootCommand Create() => new("Server and client of gRPC's standard interoperability cases.") { CreateServer(), CreateClient(), CreateCertificate() };

    private static Command CreateServer()
    {
        var port = new Option<int>("--port") { Description = "The port of the loopback; 0: a free one." };
        var useTls = new Option<bool>("--use_tls") { Description = "TLS instead of HTTP/2 in clear." };
        var certificate = new Option<string?>("--certificate") { Description = "The certificate, PEM. By default one is made for localhost and 127.0.0.1." };
        var key = new Option<string?>("--key") { Description = "The private key of --certificate, PEM." };
        var compression = new Option<string>("--compression") { Description = "How responses are compressed when a request asks for it.", DefaultValueFactory = _ => "gzip" };
        compression.AcceptOnlyFromAmong("gzip", "deflate");
        var certificateOut = new Option<string?>("--certificate_out") { Description = "Where to write the certificate, for clients to trust." };
        var command = new Command("server", "Serves grpc.testing.TestService; prints the address, then runs until it is told to stop.") { port, useTls, certificate, key, compression, certificateOut };
        command.SetAction(async (arguments, stop) =>
        {
            using var identity = !arguments.GetValue(useTls) ? null
                : arguments.GetValue(certificate) is { } path ? Certificates.Load(path, arguments.GetValue(key))
                : Certificates.CreateSelfSigned();
            await using var server = await InteropServer.StartAsync(
                arguments.GetValue(port), identity, arguments.GetRequiredValue(compression), logging => logging.AddConsole().SetMinimumLevel(LogLevel.Warning));
            if (identity is not null && arguments.GetValue(certificateOut) is { } file)
                await File.WriteAllTextAsync(file, identity.ExportCertificatePem(), stop);
            Console.WriteLine(server.Address);
            await server.WaitForStopAsync(stop);
        });
        return command;
    }

    private static Command CreateClient()
    {
        var host = new Option<string>("--server_host") { DefaultValueFactory = _ => "127.0.0.1", Description = "Where the server is." };
        var hostOverride = new Option<string?>("--server_host_override") { Description = "The name that the server's certificate is for, if it is another." };
        var port = new Option<int>("--server_port") { Required = true, Description = "The port of the server." };
        var useTls = new Option<bool>("--use_tls") { Description = "TLS instead of HTTP/2 in clear." };
        var authority = new Option<string?>("--ca_file") { Description = "The certificate to trust, PEM. By default those of the machine." };
        var testCase = new Option<string>("--test_case") { DefaultValueFactory = _ => InteropClient.AllCases, Description = "The case to run." };
        testCase.AcceptOnlyFromAmong([InteropClient.AllCases, .. InteropClient.CaseNames]);
        var command = new Command("client", "Runs the cases against a server: a line for each, 'ok NAME', 'partly NAME: what was not checked' or 'FAILED NAME: reason'.")
        {
            host, hostOverride, port, useTls, authority, testCase,
        };
        command.SetAction(async (arguments, _) =>
        {
            string scheme = arguments.GetValue(useTls) ? "https" : "http";
            using var trusted = arguments.GetValue(authority) is { } file ? Certificates.Load(file, keyPath: null) : null;
            using var client = new InteropClient($"{scheme}://{arguments.GetValue(host)}:{arguments.GetValue(port)}", trusted, arguments.GetValue(hostOverride));
            return await client.RunAsync(arguments.GetRequiredValue(testCase), Console.Out) ? 0 : 1;
        });
        return command;
    }

    private static Command CreateCertificate()
    {
        var certificate = new Option<string>("--certificate_out") { Required = true, Description = "Where to write the certificate, PEM." };
        var key = new Option<string>("--key_out") { Required = true, Description = "Where to write its private key, PEM." };
        var command = new Command("certificate", "Makes a certificate for localhost and 127.0.0.1, for servers of others.") { certificate, key };
        command.SetAction(async (arguments, stop) =>
        {
            using var identity = Certificates.CreateSelfSigned();
            await File.WriteAllTextAsync(arguments.GetRequiredValue(certificate), identity.ExportCertificatePem(), stop);
            await File.WriteAllTextAsync(arguments.GetRequiredValue(key), Certificates.ExportKeyPem(identity), stop);
        });
        return command;
    }
}
