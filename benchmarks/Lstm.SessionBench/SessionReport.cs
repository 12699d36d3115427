using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace Lstm.SessionBench;

/// <summary>What was measured.</summary>
/// <param name="Model">The model's name.</param>
/// <param name="Sessions">Sessions opened.</param>
/// <param name="StateBytes">Bytes of one state.</param>
/// <param name="BytesPerSession">Managed bytes of an idle session: state, id, registry, what a retry needs.</param>
/// <param name="ProcessBytes">Memory of the process with all sessions open, after a collection.</param>
/// <param name="PeakBytes">The same, or what it was right after the last open if that was more.</param>
/// <param name="OpensPerSecond">On one thread.</param>
/// <param name="OpensPerProcessorSecond">The same by processor time, the collector's included.</param>
/// <param name="Nanoseconds">Medians per step: alone among 1,000 and among all, together among 1,000 and among all.</param>
/// <param name="BatchWidth">How many step together.</param>
/// <param name="AllocatedPerStep">Bytes.</param>
internal sealed record SessionReport(
    string Model, int Sessions, long StateBytes, double BytesPerSession, long ProcessBytes, long PeakBytes, double OpensPerSecond, double OpensPerProcessorSecond,
    double[] Nanoseconds, int BatchWidth, double AllocatedPerStep)
{
    private static string Processor { get; } =
        (File.Exists("/proc/cpuinfo") ? File.ReadLines("/proc/cpuinfo").FirstOrDefault(static line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[1].Trim() : null)
        ?? RuntimeInformation.OSArchitecture.ToString();

    /// <summary>One object, names in snake_case.</summary>
    /// <returns>JSON.</returns>
    public string ToJson() => JsonSerializer.Serialize(new Dictionary<string, object>
    {
        ["processor"] = Processor,
        ["runtime"] = RuntimeInformation.FrameworkDescription,
        ["model"] = Model,
        ["sessions"] = Sessions,
        ["state_bytes"] = StateBytes,
        ["bytes_per_session"] = Math.Round(BytesPerSession, 1),
        ["process_bytes"] = ProcessBytes,
        ["peak_bytes"] = PeakBytes,
        ["opens_per_second"] = Math.Round(OpensPerSecond),
        ["opens_per_processor_second"] = Math.Round(OpensPerProcessorSecond),
        ["step_ns_among_1000"] = Math.Round(Nanoseconds[0]),
        ["step_ns_among_all"] = Math.Round(Nanoseconds[1]),
        ["ratio"] = Math.Round(Nanoseconds[1] / Nanoseconds[0], 2),
        ["batch_width"] = BatchWidth,
        ["batch_step_ns_among_1000"] = Math.Round(Nanoseconds[2]),
        ["batch_step_ns_among_all"] = Math.Round(Nanoseconds[3]),
        ["batch_ratio"] = Math.Round(Nanoseconds[3] / Nanoseconds[2], 2),
        ["allocated_bytes_per_step"] = Math.Round(AllocatedPerStep, 1),
    });

    /// <summary>For people.</summary>
    /// <returns>Lines.</returns>
    public string ToText() => string.Create(CultureInfo.InvariantCulture, $"""
        {Model} on {Processor}, {RuntimeInformation.FrameworkDescription}
        sessions            {Sessions,12:N0}
        bytes per session   {BytesPerSession,12:N0}  (state {StateBytes:N0}, all else {BytesPerSession - StateBytes:N0})
        process memory      {ProcessBytes / 1e9,12:N2} GB (at most {PeakBytes / 1e9:N2})
        opens per second    {OpensPerSecond,12:N0}  ({OpensPerProcessorSecond:N0} a second of processor time)
        step, one at a time {Nanoseconds[0],12:N0} ns among 1,000, {Nanoseconds[1]:N0} among all: {Nanoseconds[1] / Nanoseconds[0]:N2}×
        step, {BatchWidth} together  {Nanoseconds[2],12:N0} ns among 1,000, {Nanoseconds[3]:N0} among all: {Nanoseconds[3] / Nanoseconds[2]:N2}×
        allocated per step  {AllocatedPerStep,12:N0} bytes
        """);
}
