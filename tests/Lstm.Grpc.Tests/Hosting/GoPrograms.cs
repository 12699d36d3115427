using Lstm.Tests.Shared;

namespace Lstm.Grpc.Tests.Hosting;

/// <summary>Client and server in Go, of tests/interop, compiled once for all tests that run them.</summary>
public sealed class GoPrograms : IAsyncLifetime
{
    private const string Sources = "/usr/share/gocode/src";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("lstm-interop-");

    /// <summary>Why there are no programs; null: there are.</summary>
    public string? MissingMeans { get; private set; }

    public string Client => Path.Combine(_folder.FullName, "client");

    public string Server => Path.Combine(_folder.FullName, "server");

    public async Task InitializeAsync()
    {
        if (!Directory.Exists($"{Sources}/google.golang.org/grpc") || !Directory.Exists($"{Sources}/github.com/golang/protobuf/protoc-gen-go/grpc")
            || (await ProcessRun.RunAsync("/bin/sh", "-c", "command -v protoc && command -v go")).ExitCode != 0)
        {
            MissingMeans = "Go with gRPC's sources and code generator is not there (Debian 12: golang-go golang-google-grpc-dev protobuf-compiler).";
            return;
        }
        var (exitCode, output) = await ProcessRun.RunAsync(Repository.Path("tests", "interop", "go", "build"), _folder.FullName);
        Assert.True(exitCode == 0, output);
    }

    public Task DisposeAsync()
    {
        _folder.Delete(recursive: true);
        return Task.CompletedTask;
    }
}
