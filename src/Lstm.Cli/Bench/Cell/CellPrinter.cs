using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using Lstm.Engine;
using Lstm.OnnxRuntime;

namespace Lstm.Cli.Bench.Cell;

/// <summary>Prints results as a table for people or as JSON lines for programs.</summary>
/// <param name="output">Where.</param>
/// <param name="json">For programs.</param>
/// <param name="plan">How it is measured.</param>
internal sealed class CellPrinter(TextWriter output, bool json, CellPlan plan)
{
    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };
    private readonly List<CellResult> _results = [];

    /// <summary>What the columns are, and what this core allows.</summary>
    /// <param name="limits">What it allows.</param>
    public void PrintHead(MachineLimits limits)
    {
        if (json)
        {
            return;
        }
        output.WriteLine($"{Machine.Processor}, one core, {RuntimeInformation.FrameworkDescription}, {plan.Width}, weights {WeightFormats.NameOf(plan.Weights)}{(plan.WithPeer ? $", ONNX Runtime {OrtModel.Version}" : "")}");
        output.WriteLine($"limit: {Text(limits.GigaFlops, "0")} GFLOP/s; reads {string.Join(", ", limits.Bandwidths.Select(static b => $"{Text(b.GigaBytes, "0")} GB/s of {b.Bytes >> 10} KiB"))}");
        output.WriteLine();
        output.WriteLine("cell  input hidden batch |        us  of limit |   step us | onnxruntime us    ratio  step ratio");
    }

    /// <summary>One line.</summary>
    /// <param name="result">What to print.</param>
    public void Print(CellResult result)
    {
        _results.Add(result);
        output.WriteLine(json ? JsonSerializer.Serialize(result, Json) : Line(result));
        output.Flush();
    }

    /// <summary>The closing line.</summary>
    /// <param name="limits">What the core allows.</param>
    public void PrintSummary(MachineLimits limits)
    {
        if (json)
        {
            output.WriteLine(JsonSerializer.Serialize(
                new Dictionary<string, object?>
                {
                    ["summary"] = true,
                    ["cells"] = _results.Count,
                    ["least_ratio"] = _results.Min(static r => r.Ratio),
                    ["least_of_limit"] = _results.Min(static r => r.OfLimit),
                    ["gflops"] = limits.GigaFlops,
                    ["bandwidths"] = limits.Bandwidths.Select(static b => new Dictionary<string, double> { ["bytes"] = b.Bytes, ["gigabytes_per_second"] = b.GigaBytes }),
                    ["processor"] = Machine.Processor,
                    ["vector_width"] = plan.Width.ToString(),
                    ["runtime"] = RuntimeInformation.FrameworkDescription,
                    ["onnxruntime"] = plan.WithPeer ? OrtModel.Version : null,
                    ["weights"] = WeightFormats.NameOf(plan.Weights),
                    ["rounds"] = plan.Rounds,
                    ["slice_ms"] = plan.Slice.TotalMilliseconds,
                },
                Json));
        }
    }

    private static string Line(CellResult r) =>
        $"{r.Cell,-5} {r.Input,5} {r.Hidden,6} {r.Batch,5} | {Text(r.Us, "0.000"),9} {Text(r.OfLimit * 100, "0"),7} % | {Text(r.StepUs, "0.000"),9} | "
        + $"{Text(r.OnnxRuntimeUs, "0.00"),14} {Text(r.Ratio, "0.00"),8} {Text(r.StepRatio, "0.00"),11}";

    private static string Text(double? value, string format) => value?.ToString(format, CultureInfo.InvariantCulture) ?? "–";
}
