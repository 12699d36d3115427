using System.Globalization;
using System.Text.Json;
using Lstm.Cli.Verify.Bundles;

namespace Lstm.Cli.Verify.Expected;

/// <summary>
/// A reference.json: x/NAME inputs and s/NAME outputs after each step from the start, both [step][value]; w/NAME outputs of the whole sequence, a row a
/// timestep or the values of the last alone.
/// </summary>
/// <param name="Path">The file.</param>
/// <param name="Inputs">By name, [step][value].</param>
/// <param name="Steps">By name, [step][value].</param>
/// <param name="Whole">By name, all values.</param>
internal sealed record StepReferences(
    string Path, IReadOnlyDictionary<string, double[][]> Inputs, IReadOnlyDictionary<string, double[][]> Steps, IReadOnlyDictionary<string, double[]> Whole)
{
    /// <summary>Its usual name.</summary>
    public const string FileName = "reference.json";

    /// <summary>T.</summary>
    public int Length { get; } = Inputs.Count == 0 ? 0 : Inputs.Values.Max(static rows => rows.Length);

    /// <summary>Reads a file.</summary>
    /// <exception cref="BundleException">It is broken.</exception>
    public static StepReferences Read(string path)
    {
        try
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(path));
            if (json.RootElement.ValueKind != JsonValueKind.Object)
                throw new BundleException(path, $"expected an object with x/NAME, s/NAME, w/NAME but found {json.RootElement.ValueKind}.");
            var tensors = new Dictionary<string, double[][]>();
            foreach (var field in json.RootElement.EnumerateObject().Where(static f => f.Name != "note"))
            {
                if (field.Name.Length < 3 || field.Name[1] != '/' || field.Name[0] is not ('x' or 's' or 'w'))
                    throw new BundleException(path, $"expected fields x/NAME, s/NAME, w/NAME but found \"{field.Name}\".");
                tensors[field.Name] = Rows(path, field.Name, field.Value);
            }
            var found = new StepReferences(path, Of(tensors, 'x'), Of(tensors, 's'), Of(tensors, 'w').ToDictionary(static w => w.Key, static w => w.Value.SelectMany(static row => row).ToArray()));
            var other = found.Inputs.Concat(found.Steps).FirstOrDefault(rows => rows.Value.Length != found.Length);
            return other.Key is null ? found : throw new BundleException(path, $"'{other.Key}' has {other.Value.Length} steps but the inputs have {found.Length}.");
        }
        catch (JsonException error)
        {
            throw new BundleException(path, $"the JSON is broken: {error.Message}", error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new BundleException(path, error.Message, error);
        }
    }

    private static Dictionary<string, double[][]> Of(Dictionary<string, double[][]> tensors, char kind) =>
        tensors.Where(t => t.Key[0] == kind).ToDictionary(static t => t.Key[2..], static t => t.Value);

    private static double[][] Rows(string path, string name, JsonElement json) => json.ValueKind == JsonValueKind.Array
        ? [.. json.EnumerateArray().Select(row => row.ValueKind == JsonValueKind.Array ? [.. row.EnumerateArray().Select(v => Number(path, name, v))] : new[] { Number(path, name, row) })]
        : throw new BundleException(path, $"expected lists [step][value] at \"{name}\" but found {json.GetRawText()}.");

    // Integers beyond 2^53 and what is no number come as texts.
    private static double Number(string path, string name, JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.Number => json.GetDouble(),
        JsonValueKind.True => 1,
        JsonValueKind.False => 0,
        JsonValueKind.String when double.TryParse(json.GetString(), NumberStyles.Float, CultureInfo.InvariantCulture, out var value) => value,
        _ => throw new BundleException(path, $"expected a number at \"{name}\" but found {json.GetRawText()}."),
    };
}
