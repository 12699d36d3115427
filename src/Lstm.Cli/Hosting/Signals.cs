using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Lstm.Cli.Hosting;

/// <summary>Asks a process to end. .NET itself can only kill, which gives a server no time to say goodbye.</summary>
internal static class Signals
{
    private const int SigTerm = 15;

    /// <summary>Sends SIGTERM; on Windows, which has no such thing, kills.</summary>
    public static void Terminate(Process process)
    {
        if (OperatingSystem.IsWindows())
            process.Kill();
        else
            _ = Kill(process.Id, SigTerm); // fails only when the process has just ended, which is what is wanted
    }

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Kill(int process, int signal);
}
