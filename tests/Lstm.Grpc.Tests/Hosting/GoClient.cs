using Lstm.Tests.Shared;

namespace Lstm.Grpc.Tests.Hosting;

/// <summary>The Go client of tests/interop, compiled once for all tests that run it.</summary>
public sealed class GoClient : IAsyncLifetime
{
    private const string Sources = "/usr/share/gocode/src";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("lstm-interop-");

    /// <summary>Why there is no program; null: there is one.</summary>
    public string? MissingMeans { get; private set; }

    /// <summary>Its path.</summary>
    public string Program => Path.Combine(_folder.FullName, "client");

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
