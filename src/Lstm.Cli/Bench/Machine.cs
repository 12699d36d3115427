using System.Runtime.InteropServices;
using Lstm.OnnxRuntime;

namespace Lstm.Cli.Bench;

/// <summary>What figures depend on.</summary>
internal static class Machine
{
    /// <summary>The processor's name, where the system tells it.</summary>
    public static string Processor =>
        File.Exists("/proc/cpuinfo")
            ? File.ReadLines("/proc/cpuinfo").FirstOrDefault(static line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[1].Trim() ?? "unknown"
            : RuntimeInformation.OSArchitecture.ToString();

    /// <summary>Of everything that takes part.</summary>
    public static string Versions => $"{RuntimeInformation.FrameworkDescription}, ONNX Runtime {OrtModel.Version}, {RuntimeInformation.OSDescription}";
}
