using System.Reflection;
using System.Runtime.Loader;
using Lstm.Tests.Shared;

namespace Lstm.Grpc.Tests.Hosting;

/// <summary>The interop program on the official packages, built once for all tests that run it or look into its assemblies.</summary>
public sealed class OfficialPackages : IAsyncLifetime
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("lstm-packages-");

    /// <summary>Why there is no program; null: there is one.</summary>
    public string? MissingMeans { get; private set; }

    /// <summary>Its path.</summary>
    public string Program => Path.Combine(_folder.FullName, "bin", "Lstm.Grpc.Interop.Packages");

    public async Task InitializeAsync()
    {
        string project = Repository.Path("tests", "interop", "Lstm.Grpc.Interop.Packages");
        string[] common = [project, "--nologo", $"-p:BaseIntermediateOutputPath={_folder.FullName}/obj/", "-nodeReuse:false"];
        var (exitCode, output) = await ProcessRun.RunAsync("dotnet", ["restore", .. common]);
        if (exitCode != 0)
        {
            MissingMeans = $"The official gRPC packages do not restore here: {output.Split('\n').FirstOrDefault(static line => line.Contains("error", StringComparison.Ordinal))?.Trim() ?? output}";
            return;
        }
        (exitCode, output) = await ProcessRun.RunAsync(
            "dotnet", ["build", .. common, "--no-restore", "-c", "Release", "-o", Path.Combine(_folder.FullName, "bin"), "-p:UseSharedCompilation=false", "-v", "quiet"]);
        Assert.True(exitCode == 0, output);
    }

    /// <summary>Loads the packages' assemblies beside ours, which have types of the same names.</summary>
    internal IEnumerable<Assembly> LoadAssemblies()
    {
        var context = new AssemblyLoadContext(nameof(OfficialPackages));
        context.Resolving += (_, name) => PathOf(name.Name) is { } path ? context.LoadFromAssemblyPath(path) : null;
        return [.. Directory.GetFiles(Path.GetDirectoryName(Program)!, "Grpc.*.dll").Select(context.LoadFromAssemblyPath)];
    }

    public Task DisposeAsync()
    {
        _folder.Delete(recursive: true);
        return Task.CompletedTask;
    }

    private string? PathOf(string? assembly)
    {
        string path = Path.Combine(Path.GetDirectoryName(Program)!, $"{assembly}.dll");
        return File.Exists(path) ? path : null;
    }
}
