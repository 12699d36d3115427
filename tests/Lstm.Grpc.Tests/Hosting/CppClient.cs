using Lstm.Tests.Shared;

namespace Lstm.Grpc.Tests.Hosting;

/// <summary>The C++ client of tests/interop, compiled once for all tests that run it.</summary>
public sealed class CppClient : IAsyncLifetime
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("lstm-interop-");

    /// <summary>Why there is no program; null: there is one.</summary>
    public string? MissingMeans { get; private set; }

    /// <summary>Its path.</summary>
    public string Program => Path.Combine(_folder.FullName, "client");

    public async Task InitializeAsync()
    {
        if ((await ProcessRun.RunAsync("/bin/sh", "-c", "command -v protoc && command -v grpc_cpp_plugin && command -v g++ && pkg-config --exists grpc++")).ExitCode != 0)
        {
            MissingMeans = "A C++ compiler with gRPC's library and code generator is not there (Debian: g++ pkg-config libgrpc++-dev protobuf-compiler-grpc).";
            return;
        }
        var (exitCode, output) = await ProcessRun.RunAsync(Repository.Path("tests", "interop", "cpp", "build"), _folder.FullName);
        Assert.True(exitCode == 0, output);
    }

    public Task DisposeAsync()
    {
        _folder.Delete(recursive: true);
        return Task.CompletedTask;
    }
}
