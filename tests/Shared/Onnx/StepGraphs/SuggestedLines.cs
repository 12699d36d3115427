using System.Text.Json;
using System.Text.RegularExpressions;

namespace Lstm.Tests.Shared.Onnx.StepGraphs;

/// <summary>The lines of model.json that a refusal suggests.</summary>
internal static partial class SuggestedLines
{
    /// <summary>Reads them as JSON.</summary>
    public static IEnumerable<IReadOnlyList<(string Input, string Output)>> In(string message)
    {
        foreach (Match line in Line().Matches(message))
        {
            using JsonDocument json = JsonDocument.Parse($"{{{line.Value}}}");
            yield return [.. json.RootElement.GetProperty("state_pairs").EnumerateArray().Select(static p => (p[0].GetString() ?? "", p[1].GetString() ?? ""))];
        }
    }

    [GeneratedRegex("\"state_pairs\": \\[(\\[[^\\]]*\\](, )?)*\\]")]
    private static partial Regex Line();
}
