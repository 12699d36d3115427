using System.Diagnostics;
using System.Numerics;

namespace Lstm.Cli.Bench.Cell;

/// <summary>Keeps this process on one core, so that a measurement does not move between caches.</summary>
internal static class OneCore
{
    /// <summary>Chooses the last core that the process may use: the first ones have more to do. Does nothing where the system does not allow it.</summary>
    public static void Pin()
    {
        if (!OperatingSystem.IsLinux() && !OperatingSystem.IsWindows())
        {
            return;
        }
        using var process = Process.GetCurrentProcess();
        ulong allowed = (ulong)process.ProcessorAffinity;
        process.ProcessorAffinity = (nint)(1UL << BitOperations.Log2(allowed));
    }
}
