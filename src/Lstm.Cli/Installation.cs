namespace Lstm.Cli;

/// <summary>Where the parts of this clone are, found from where the program runs: works from any current directory.</summary>
internal static class Installation
{
    private static readonly Lazy<string> Found = new(FindRoot);

    /// <summary>The folder with Lstm.sln.</summary>
    /// <exception cref="CommandFailedException">The program runs outside a clone.</exception>
    public static string Root => Found.Value;

    /// <summary>The folder of the models that ship.</summary>
    public static string Models => Path.Combine(Root, "models");

    /// <summary>The service, built in the same configuration as this program.</summary>
    /// <exception cref="CommandFailedException">It is not there.</exception>
    public static string Service => Program("src", "Lstm.Service");

    /// <summary>The server that the service is compared with, built in the same configuration as this program.</summary>
    /// <exception cref="CommandFailedException">It is not there.</exception>
    public static string Incumbent => Program("benchmarks", "Lstm.Incumbent");

    /// <summary>The server of transports without a model, built in the same configuration as this program.</summary>
    /// <exception cref="CommandFailedException">It is not there.</exception>
    public static string Transport => Program("benchmarks", "Lstm.Transport");

    /// <summary>The same server on the official packages; null: it is not built.</summary>
    public static string? TransportOnPackages =>
        Path.Combine(Root, "artifacts", "packages", "bin", "Lstm.Transport", "release", "Lstm.Transport.dll") is var path && File.Exists(path) ? path : null;

    /// <summary>The measurement of many sessions, built in the same configuration as this program.</summary>
    /// <exception cref="CommandFailedException">It is not there.</exception>
    public static string SessionBench => Program("benchmarks", "Lstm.SessionBench");

    private static string Program(string folder, string name)
    {
        // This program is in PROJECT/bin/CONFIGURATION/FRAMEWORK, or in ARTIFACTS/bin/PROJECT/CONFIGURATION; so are the others.
        string[] own = Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory).Split(Path.DirectorySeparatorChar);
        bool isBesideSources = own[^1].StartsWith("net", StringComparison.Ordinal);
        string configuration = isBesideSources ? own[^2] : own[^1];
        string path = isBesideSources
            ? Path.Combine(Root, folder, name, "bin", configuration, own[^1], name + ".dll")
            : Path.Combine(AppContext.BaseDirectory, "..", "..", name, configuration, name + ".dll");
        return File.Exists(path) ? path : throw new CommandFailedException($"Expected {name} at {path} but it is not there. Build it: dotnet build Lstm.sln -c {configuration}");
    }

    private static string FindRoot()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Lstm.sln")))
                return folder.FullName;
        }

        throw new CommandFailedException($"Expected to run inside a clone of Lstm (a folder with Lstm.sln above {AppContext.BaseDirectory}) but found none.");
    }
}
