using System.Runtime.InteropServices;

namespace Lstm.Cli.Bench;

/// <summary>The processor of this machine.</summary>
internal static class Processor
{
    private const string CpuInfo = "/proc/cpuinfo";

    /// <summary>Its name as the system knows it, or its architecture.</summary>
    public static string Name { get; } =
        (File.Exists(CpuInfo) ? File.ReadLines(CpuInfo).FirstOrDefault(static line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[1].Trim() : null)
        ?? RuntimeInformation.OSArchitecture.ToString();
}
