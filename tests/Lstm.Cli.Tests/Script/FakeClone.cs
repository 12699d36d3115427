using System.Diagnostics;

namespace Lstm.Cli.Tests.Script;

/// <summary>A folder that looks like a clone to the script ./lstm, with stand-ins for dotnet, node and npm on the PATH.</summary>
internal sealed class FakeClone : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("lstm test with spaces ").FullName;

    public FakeClone()
    {
        foreach (string folder in new[] { "src", "protos", "benchmarks", "tests", "bin" })
            Directory.CreateDirectory(PathOf(folder));
        foreach (string file in new[] { "global.json", ".editorconfig", "Directory.Build.props", "Lstm.sln" })
            File.WriteAllText(PathOf(file), "");
        File.Copy(Path.Combine(Installation.Root, "lstm"), PathOf("lstm"));

        WriteProgram("node", "echo v20.1.0");
        WriteProgram("npm", "echo 10.0.0");
        WriteProgram("dotnet", """
            case $1 in
                --list-sdks) echo "10.0.100 [/usr/share/dotnet/sdk]" ;;
                restore) echo "$PWD/a.csproj : error NU1101: no such package" ; exit "${FAKE_RESTORE_CODE:-0}" ;;
                build) echo "$PWD/a.cs(1,2): error CS0001: no" ; exit "${FAKE_BUILD_CODE:-0}" ;;
                test)
                    name=$(basename "$2" .csproj)
                    while [ $# -gt 1 ]; do
                        [ "$1" != --results-directory ] || results=$2
                        shift
                    done
                    . "$(dirname "$0")/$name.outcome" ;;
            esac
            """);
    }

    /// <summary>Adds a test project whose run writes these counters and ends with this code; null counters: it writes no results.</summary>
    public void AddTests(string name, string? counters, int code)
    {
        Directory.CreateDirectory(PathOf($"tests/{name}"));
        File.WriteAllText(PathOf($"tests/{name}/{name}.csproj"), "");
        string write = counters is null ? "" : $"echo '<ResultSummary><Counters {counters} /></ResultSummary>' > \"$results/$name.trx\"\n";
        File.WriteAllText(PathOf($"bin/{name}.outcome"), $"{write}exit {code}\n");
    }

    /// <summary>Adds tests/e2e/run, which prints these lines and ends with this code.</summary>
    public void AddEndToEndTests(string lines, int code)
    {
        Directory.CreateDirectory(PathOf("tests/e2e"));
        Write("tests/e2e/run", $"printf '{lines}'; exit {code}");
    }

    /// <summary>Replaces a program on the PATH.</summary>
    public void WriteProgram(string name, string body) => Write($"bin/{name}", body);

    public async Task<(int Code, string Output, string Error)> RunAsync(string arguments, string environment = "")
    {
        var start = new ProcessStartInfo("/bin/bash") { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = "/" };
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add($"export {environment} PATH=\"{PathOf("bin")}:/usr/bin:/bin\"; \"{PathOf("lstm")}\" {arguments}");
        using Process process = Process.Start(start) ?? throw new InvalidOperationException("No process.");
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, output, await error);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string PathOf(string name) => Path.Combine(_folder, name);

    private void Write(string name, string body)
    {
        File.WriteAllText(PathOf(name), "#!/bin/bash\n" + body + "\n");
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(PathOf(name), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }
}
