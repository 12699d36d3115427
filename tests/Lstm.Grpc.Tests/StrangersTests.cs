using System.Diagnostics;
using Lstm.Grpc.Tests.Hosting;

namespace Lstm.Grpc.Tests;

/// <summary>Clients that others wrote. The cases are those of grpc/grpc doc/interop-test-descriptions.md, on the probe service.</summary>
public sealed class StrangersTests
{
    private const string Python = "/usr/bin/python3";

    [SkippableTheory]
    [InlineData(null)]
    [InlineData("gzip")]
    [InlineData("deflate")]
    public async Task Grpcio_InteropCases_AllPass(string? responseCompression)
    {
        Skip.IfNot(File.Exists(Python) && (await RunAsync("-c", "import grpc")).ExitCode == 0, $"{Python} with the module grpc is not there (Debian: python3-grpcio).");
        await using var server = await ProbeServer.StartAsync(options => options.ResponseCompressionAlgorithm = responseCompression);

        var (exitCode, output) = await RunAsync(Path.Combine(AppContext.BaseDirectory, "Strangers", "probe_client.py"), new Uri(server.Address).Authority);

        Assert.True(exitCode == 0, output);
        Assert.DoesNotContain("FAILED", output, StringComparison.Ordinal);
        Assert.Equal(16, output.Split('\n').Count(line => line.StartsWith("ok ", StringComparison.Ordinal)));
        Assert.True(server.Errors.Messages.IsEmpty, string.Join("\n", server.Errors.Messages));
    }

    private static async Task<(int ExitCode, string Output)> RunAsync(params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(Python, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })
            ?? throw new InvalidOperationException($"{Python} did not start.");
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, await output + await errors);
    }
}
