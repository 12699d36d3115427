using System.Text.Json;

namespace Lstm.Cli.Verify.Runtime;

/// <summary>What the model.json beside a file says that ONNX Runtime has to be fed by. The engine has refused what is wrong with it.</summary>
/// <param name="StatePairs">state_pairs; null when nothing is said.</param>
/// <param name="Values">For inputs that select a branch, the first of their values.</param>
internal sealed record ModelNotes(IReadOnlyList<NamePair>? StatePairs, IReadOnlyDictionary<string, double> Values)
{
    private static readonly ModelNotes None = new(null, new Dictionary<string, double>());

    /// <summary>Reads NAME.json beside NAME.onnx, or model.json.</summary>
    public static ModelNotes Read(string modelPath)
    {
        var own = Path.ChangeExtension(modelPath, ".json");
        var shared = Path.Combine(Path.GetDirectoryName(modelPath) ?? "", "model.json");
        var onlyModel = Directory.EnumerateFiles(Path.GetDirectoryName(modelPath) ?? ".", "*.onnx").Count() == 1;
        var path = File.Exists(own) ? own : onlyModel && File.Exists(shared) ? shared : null;
        if (path is null)
            return None;
        try
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(path).AsMemory(), new JsonDocumentOptions { MaxDepth = 8 });
            return json.RootElement.ValueKind == JsonValueKind.Object ? new ModelNotes(Pairs(json.RootElement), FirstValues(json.RootElement)) : None;
        }
        catch (Exception error) when (error is JsonException or IOException or UnauthorizedAccessException or InvalidOperationException)
        {
            return None;
        }
    }

    private static NamePair[]? Pairs(JsonElement json) => json.TryGetProperty("state_pairs", out var pairs)
        ? [.. pairs.EnumerateArray().Select(static p => new NamePair(p[0].GetString() ?? "", p[1].GetString() ?? ""))]
        : null;

    private static Dictionary<string, double> FirstValues(JsonElement json)
    {
        var values = new Dictionary<string, double>();
        if (!json.TryGetProperty("inputs", out var inputs))
            return values;
        foreach (var input in inputs.EnumerateObject())
        {
            if (input.Value.TryGetProperty("values", out var list) && list.GetArrayLength() > 0 && list[0].ValueKind == JsonValueKind.Number)
                values[input.Name] = list[0].GetDouble();
        }
        return values;
    }
}
