using System.Text.Json;
using System.Text.Json.Serialization;

namespace Lstm.Cli.Verify.Bundles;

/// <summary>Reads bundles of format "tensor-bundle-1" and refuses anything that does not fit together.</summary>
internal static class BundleReader
{
    private const string Format = "tensor-bundle-1";

    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        NumberHandling = JsonNumberHandling.Strict,
    };

    /// <summary>Reads an index and its binary file.</summary>
    /// <exception cref="BundleException">Either is missing, broken, or does not fit the other.</exception>
    public static Bundle Read(string path)
    {
        var fullPath = Path.GetFullPath(path);
        var index = ReadIndex(fullPath);
        if (index.Format != Format)
            throw new BundleException(fullPath, $"expected \"format\": \"{Format}\" but found {Quote(index.Format)}.");
        if (string.IsNullOrEmpty(index.Bin))
            throw new BundleException(fullPath, "expected \"bin\" to name the binary file but it is absent.");
        var bytes = ReadBytes(fullPath, index.Bin);
        return new Bundle
        {
            Path = fullPath,
            Name = index.Name is { Length: > 0 } name ? name : Path.GetFileName(Path.GetDirectoryName(fullPath)!), // a file has a folder
            Models = index.Model ?? ["model.onnx"],
            Streaming = index.Streaming ?? "",
            TimeAxis = index.TimeAxis ?? [],
            BatchAxis = index.BatchAxis ?? [],
            StatePairs = [.. (index.StatePairs ?? []).Select(pair => pair.Length == 2
                ? (pair[0], pair[1])
                : throw new BundleException(fullPath, $"expected pairs in \"state_pairs\" but found {pair.Length} names."))],
            Tolerance = CaseTolerance(fullPath, index.Tolerance),
            TraceTolerance = Numbers(index.Tolerance),
            Float32Difference = Numbers(index.MaxAbsDiffF32F64),
            InputRows = index.XRef,
            Tensors = [.. (index.Tensors ?? []).Select(t => ReadTensor(fullPath, t, bytes))],
        };
    }

    private static Index ReadIndex(string path)
    {
        try
        {
            return JsonSerializer.Deserialize<Index>(File.ReadAllBytes(path), Options) ?? throw new BundleException(path, "expected a JSON object but found null.");
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

    private static byte[] ReadBytes(string path, string bin)
    {
        var file = Path.Combine(Path.GetDirectoryName(path)!, bin); // a file has a folder
        try
        {
            return File.ReadAllBytes(file);
        }
        catch (IOException error)
        {
            throw new BundleException(path, $"its binary file '{bin}' cannot be read: {error.Message}", error);
        }
    }

    private static BundleTensor ReadTensor(string path, TensorEntry entry, byte[] bytes)
    {
        var name = entry.Name ?? throw new BundleException(path, "expected every tensor to have a \"name\".");
        var shape = entry.Shape ?? throw new BundleException(path, $"tensor '{name}' has no \"shape\".");
        if (shape.Any(static n => n < 0))
            throw new BundleException(path, $"tensor '{name}' has a negative length in its shape [{string.Join(", ", shape)}].");
        var count = shape.Aggregate(1L, static (product, n) => product * n);
        var size = TensorBytes.Size(entry.Dtype) ?? throw new BundleException(
            path, $"tensor '{name}' has dtype {Quote(entry.Dtype)}; expected f32, f64, f16, i64, i32, u8 or bool.");
        if (entry.Bytes != count * size)
            throw new BundleException(path, $"tensor '{name}' of shape [{string.Join(", ", shape)}] and dtype {entry.Dtype} takes {count * size} bytes but its index says {entry.Bytes}.");
        if (entry.Offset < 0 || entry.Offset > bytes.LongLength - entry.Bytes)
            throw new BundleException(path, $"tensor '{name}' lies at bytes {entry.Offset} to {entry.Offset + entry.Bytes} but the binary file has {bytes.LongLength}.");
        var values = TensorBytes.ToDoubles(entry.Dtype!, bytes.AsSpan((int)entry.Offset, (int)entry.Bytes)); // Size knew the dtype
        return new BundleTensor(name, entry.Role ?? "", shape, values, entry.Node ?? "", entry.Output ?? "");
    }

    private static Tolerance? CaseTolerance(string path, Dictionary<string, JsonElement>? tolerance)
    {
        var numbers = Numbers(tolerance);
        if (!numbers.ContainsKey("abs") && !numbers.ContainsKey("rel"))
            return null;
        var found = new Tolerance(numbers.GetValueOrDefault("abs"), numbers.GetValueOrDefault("rel"));
        return found is { Abs: >= 0, Rel: >= 0 } ? found : throw new BundleException(path, $"expected tolerances of 0 or more but found {found}.");
    }

    private static Dictionary<string, double> Numbers(Dictionary<string, JsonElement>? values) =>
        (values ?? []).Where(static p => p.Value.ValueKind == JsonValueKind.Number).ToDictionary(static p => p.Key, static p => p.Value.GetDouble());

    private static string Quote(string? text) => text is null ? "nothing" : $"\"{text}\"";

    private sealed record Index
    {
        public string? Format { get; init; }
        public string? Name { get; init; }
        public string? Bin { get; init; }
        public string? Streaming { get; init; }
        public string[]? Model { get; init; }
        public Dictionary<string, int?>? TimeAxis { get; init; }
        public Dictionary<string, int?>? BatchAxis { get; init; }
        public string[][]? StatePairs { get; init; }
        public JsonElement XRef { get; init; }
        public Dictionary<string, JsonElement>? Tolerance { get; init; }
        [JsonPropertyName("max_abs_diff_f32_f64")]
        public Dictionary<string, JsonElement>? MaxAbsDiffF32F64 { get; init; }
        public TensorEntry[]? Tensors { get; init; }
    }

    private sealed record TensorEntry
    {
        public string? Name { get; init; }
        public string? Role { get; init; }
        public string? Dtype { get; init; }
        public int[]? Shape { get; init; }
        public long Offset { get; init; }
        public long Bytes { get; init; }
        public string? Node { get; init; }
        public string? Output { get; init; }
    }
}
