using System.Text.Json;
using Lstm.Cli.Verify.Bundles;

namespace Lstm.Cli.Verify.Expected;

/// <summary>What may come of a model, as expected.json of its folder, or of the folder above, says; bad.json names files that have to be refused.</summary>
internal sealed record Expectation
{
    /// <summary>Lists cases or files with what may come of each.</summary>
    public const string FileName = "expected.json";

    private const string BadFileName = "bad.json";

    private static readonly string[] Outcomes = ["right", "ambiguous", "refused"];
    private static readonly string[] Fields = ["outcome", "streams", "inputs", "outputs", "state_pairs", "within_seconds", "with", "why"];

    /// <summary>"right", "refused", "ambiguous": any of these.</summary>
    public required IReadOnlyList<string> Outcome { get; init; }

    /// <summary>Whether sessions step it; null when both is fine.</summary>
    public bool? Streams { get; init; }

    /// <summary>The names of its inputs without states; null when nothing is said.</summary>
    public IReadOnlyList<string>? Inputs { get; init; }

    /// <summary>Names that have to be among its outputs.</summary>
    public IReadOnlyList<string> Outputs { get; init; } = [];

    /// <summary>Its states; null when nothing is said.</summary>
    public IReadOnlyList<NamePair>? StatePairs { get; init; }

    /// <summary>The time that loading may take.</summary>
    public TimeSpan? Within { get; init; }

    /// <summary>Finds what is expected of a model: by its file's name beside it, or by its folder's name in the folder above.</summary>
    /// <exception cref="BundleException">The file that should say it is broken.</exception>
    public static Expectation? Find(string model)
    {
        var folder = Path.GetDirectoryName(model) ?? "";
        var above = Path.GetDirectoryName(folder) ?? "";
        return Find(Path.Combine(folder, FileName), Path.GetFileName(model))
            ?? (File.Exists(Path.Combine(folder, BadFileName)) && Read(Path.Combine(folder, BadFileName)).ContainsKey(Path.GetFileName(model)) ? new Expectation { Outcome = ["refused"] } : null)
            ?? Find(Path.Combine(above, FileName), Path.GetFileName(folder));
    }

    /// <summary>The names that a folder's expected.json has.</summary>
    /// <exception cref="BundleException">It is broken.</exception>
    public static IReadOnlyCollection<string> NamesIn(string folder) => Path.Combine(folder, FileName) is var path && File.Exists(path) ? Read(path).Keys : [];

    /// <summary>Whether a refusal is among what may come of it.</summary>
    /// <param name="reason">All faults.</param>
    public bool Allows(string reason) =>
        Outcome.Contains("refused") || (Outcome.Contains("ambiguous") && (reason.Contains("ambiguous", StringComparison.OrdinalIgnoreCase) || reason.Contains("model.json", StringComparison.Ordinal)));

    private static Expectation? Find(string path, string name) => File.Exists(path) && Read(path).TryGetValue(name, out var json) ? Parse(path, name, json) : null;

    private static Dictionary<string, JsonElement> Read(string path)
    {
        try
        {
            return JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(File.ReadAllBytes(path)) ?? throw new BundleException(path, "expected a JSON object but found null.");
        }
        catch (JsonException error)
        {
            throw new BundleException(path, $"the JSON is broken: {error.Message}", error);
        }
        catch (IOException error)
        {
            throw new BundleException(path, error.Message, error);
        }
    }

    private static Expectation Parse(string path, string name, JsonElement json)
    {
        if (json.ValueKind != JsonValueKind.Object || !json.TryGetProperty("outcome", out var outcome))
            throw new BundleException(path, $"expected '{name}' to be an object with \"outcome\".");
        if (json.EnumerateObject().FirstOrDefault(static f => !Fields.Contains(f.Name)) is { Value.ValueKind: not JsonValueKind.Undefined } unknown)
            throw new BundleException(path, $"'{name}' has a field \"{unknown.Name}\"; expected {string.Join(", ", Fields)}.");
        var outcomes = Texts(path, name, outcome);
        if (outcomes.Length == 0 || outcomes.Except(Outcomes).Any())
            throw new BundleException(path, $"\"outcome\" of '{name}' is [{string.Join(", ", outcomes)}]; expected any of {string.Join(", ", Outcomes)}.");
        return new Expectation
        {
            Outcome = outcomes,
            Streams = json.TryGetProperty("streams", out var streams) && streams.ValueKind is JsonValueKind.True or JsonValueKind.False ? streams.GetBoolean() : null,
            Inputs = json.TryGetProperty("inputs", out var inputs) ? Texts(path, name, inputs) : null,
            Outputs = json.TryGetProperty("outputs", out var outputs) ? Texts(path, name, outputs) : [],
            StatePairs = json.TryGetProperty("state_pairs", out var pairs) ? [.. pairs.EnumerateArray().Select(p => Texts(path, name, p) is [var i, var o] ? new NamePair(i, o) : throw new BundleException(path, $"\"state_pairs\" of '{name}' has to hold pairs of names."))] : null,
            Within = json.TryGetProperty("within_seconds", out var seconds) && seconds.ValueKind == JsonValueKind.Number ? TimeSpan.FromSeconds(seconds.GetDouble()) : null,
        };
    }

    private static string[] Texts(string path, string name, JsonElement json) =>
        json.ValueKind == JsonValueKind.Array && json.EnumerateArray().All(static e => e.ValueKind == JsonValueKind.String)
            ? [.. json.EnumerateArray().Select(static e => e.GetString() ?? "")]
            : throw new BundleException(path, $"expected lists of texts in '{name}' but found {json.GetRawText()}.");
}
