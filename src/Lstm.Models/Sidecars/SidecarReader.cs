using System.Text;
using System.Text.Json;
using Lstm.Engine;

namespace Lstm.Models.Sidecars;

/// <summary>Reads the model.json beside a model: every field that is not known or not of its type is a fault.</summary>
internal sealed class SidecarReader
{
    private const int MostBytes = 1 << 20;
    private const string MainName = "model.json";

    private static readonly string[] Fields = ["state_pairs", "frame_context", "inputs", "outputs", "backend", "allow_batching", "weights"];
    private static readonly string[] InputFields = ["name", "features", "units", "time_axis", "batch_axis", "shape", "values", "given"];
    private static readonly string[] OutputFields = ["name", "features", "units", "quantiles", "time_axis", "batch_axis"];

    private readonly string _fileName;
    private readonly List<string> _faults = [];

    private SidecarReader(string fileName) => _fileName = fileName;

    /// <summary>
    /// Reads NAME.json beside NAME.onnx; where there is none, model.json, if NAME.onnx is the only model of the folder.
    /// </summary>
    /// <param name="modelPath">The .onnx file, full path.</param>
    /// <returns>What it says, or null when there is none.</returns>
    /// <exception cref="ModelLoadException">It cannot be read; all its faults at once.</exception>
    public static Sidecar? Read(string modelPath)
    {
        if (Find(modelPath) is not { } path)
            return null;
        var reader = new SidecarReader(Path.GetFileName(path));
        Sidecar? sidecar = null;
        try
        {
            var length = new FileInfo(path).Length;
            if (length > MostBytes)
                throw Fault(modelPath, reader._fileName, $"the file has {length} bytes; at most {MostBytes} are read.");
            // Nothing is read of what has no length: a pipe may never end.
            using var json = JsonDocument.Parse(WithoutMark(length == 0 ? [] : File.ReadAllBytes(path)), new JsonDocumentOptions { AllowDuplicateProperties = false, MaxDepth = 8 });
            sidecar = reader.Read(json.RootElement);
        }
        catch (JsonException error)
        {
            var place = error.LineNumber is { } line ? $"line {line + 1}, byte {error.BytePositionInLine + 1}: " : "";
            throw Fault(modelPath, reader._fileName, $"{place}{error.Message.Split(" LineNumber:")[0]}", error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw Fault(modelPath, reader._fileName, $"the file cannot be read: {error.Message}", error);
        }
        return reader._faults.Count == 0 ? sidecar : throw new ModelLoadException(modelPath, [.. reader._faults.Select(f => new ModelFault("", "", $"In {reader._fileName}: {f}"))]);
    }

    private static string? Find(string modelPath)
    {
        var own = Path.ChangeExtension(modelPath, ".json");
        if (File.Exists(own))
            return own;
        var folder = Path.GetDirectoryName(modelPath) ?? "";
        var shared = Path.Combine(folder, MainName);
        return File.Exists(shared) && Directory.EnumerateFiles(folder).Count(static f => f.EndsWith(".onnx", StringComparison.OrdinalIgnoreCase)) == 1 ? shared : null;
    }

    private Sidecar? Read(JsonElement json)
    {
        if (json.ValueKind != JsonValueKind.Object)
        {
            _faults.Add($"expected an object {{ … }} but found {Kind(json)}.");
            return null;
        }
        RefuseUnknown(json, "", Fields);
        return new Sidecar
        {
            FileName = _fileName,
            StatePairs = Property(json, "state_pairs") is { } pairs ? ReadPairs(pairs) : null,
            FrameContext = Property(json, "frame_context") is { } context ? ReadInteger(context, "frame_context", 0) ?? 0 : 0,
            Backend = Property(json, "backend") is { } backend ? ReadBackend(backend) : null,
            AllowBatching = Property(json, "allow_batching") is { } batching ? ReadBool(batching, "allow_batching") : null,
            Weights = Property(json, "weights") is { } weights ? ReadWeights(weights) : WeightFormat.Float32,
            Inputs = ReadTensors(json, "inputs", InputFields),
            Outputs = ReadTensors(json, "outputs", OutputFields),
        };
    }

    private List<(string, string)>? ReadPairs(JsonElement json)
    {
        const string expected = "[[\"h0\", \"hn\"], …]";
        if (json.ValueKind != JsonValueKind.Array || json.EnumerateArray().Any(static p => p.ValueKind != JsonValueKind.Array || p.GetArrayLength() != 2 || p.EnumerateArray().Any(static n => n.ValueKind != JsonValueKind.String)))
        {
            _faults.Add($"state_pairs has to be a list of pairs of an input and an output: {expected}.");
            return null;
        }
        return [.. json.EnumerateArray().Select(static p => (p[0].GetString() ?? "", p[1].GetString() ?? ""))];
    }

    private BackendChoice? ReadBackend(JsonElement json)
    {
        BackendChoice? choice = json.ValueKind != JsonValueKind.String ? null : json.GetString() switch
        {
            "auto" => BackendChoice.Auto,
            "native" => BackendChoice.Native,
            "onnxruntime" => BackendChoice.OnnxRuntime,
            _ => null,
        };
        if (choice is null)
            _faults.Add($"backend is {json.GetRawText()}; expected \"auto\", \"native\" or \"onnxruntime\".");
        return choice;
    }

    private WeightFormat ReadWeights(JsonElement json)
    {
        if (json.ValueKind == JsonValueKind.String && WeightFormats.Find(json.GetString() ?? "") is { } format)
            return format;
        _faults.Add($"weights is {json.GetRawText()}; expected {string.Join(", ", WeightFormats.Names.Select(static n => $"\"{n}\""))}.");
        return WeightFormat.Float32;
    }

    private Dictionary<string, SidecarTensor> ReadTensors(JsonElement json, string field, string[] known)
    {
        var tensors = new Dictionary<string, SidecarTensor>();
        if (Property(json, field) is not { } all)
            return tensors;
        if (all.ValueKind != JsonValueKind.Object)
        {
            _faults.Add($"{field} has to be an object with the graph's names as fields but is {Kind(all)}.");
            return tensors;
        }
        foreach (var item in all.EnumerateObject())
        {
            var place = $"{field}.{item.Name}";
            if (item.Value.ValueKind != JsonValueKind.Object)
            {
                _faults.Add($"{place} has to be an object but is {Kind(item.Value)}.");
                continue;
            }
            RefuseUnknown(item.Value, place, known);
            tensors[item.Name] = ReadTensor(item.Value, place);
        }
        return tensors;
    }

    private SidecarTensor ReadTensor(JsonElement json, string place) => new(
        new TensorNotes(
            Property(json, "name") is { } name ? ReadText(name, $"{place}.name") : null,
            Property(json, "features") is { } features ? ReadList(features, $"{place}.features", JsonValueKind.String, "texts", static e => e.GetString() ?? "") : [],
            Property(json, "units") is { } units ? ReadUnits(units, $"{place}.units") : [],
            Property(json, "quantiles") is { } quantiles ? ReadList(quantiles, $"{place}.quantiles", JsonValueKind.Number, "numbers", static e => e.GetDouble()) : []),
        new TensorLayout(
        Property(json, "time_axis") is { } time ? ReadInteger(time, $"{place}.time_axis", 0) : null,
        Property(json, "batch_axis") is { } batch ? ReadInteger(batch, $"{place}.batch_axis", 0) : null,
        Property(json, "shape") is { } shape ? ReadShape(shape, $"{place}.shape") : null,
        Property(json, "values") is { } values ? ReadValues(values, $"{place}.values") : null))
    {
        Given = Property(json, "given") is { } given ? ReadGiven(given, $"{place}.given") : InputGiven.Auto,
    };

    private InputGiven ReadGiven(JsonElement json, string place)
    {
        InputGiven? read = json.ValueKind != JsonValueKind.String ? null : json.GetString() switch { "step" => InputGiven.Step, "session" => InputGiven.Session, _ => null };
        if (read is null)
            _faults.Add($"{place} is {json.GetRawText()}; expected \"step\" or \"session\".");
        return read ?? InputGiven.Auto;
    }

    private List<int>? ReadShape(JsonElement json, string place)
    {
        if (json.ValueKind == JsonValueKind.Array && json.EnumerateArray().All(static e => e.ValueKind == JsonValueKind.Number && e.TryGetInt32(out var length) && length > 0))
            return [.. json.EnumerateArray().Select(static e => e.GetInt32())];
        _faults.Add($"{place} has to be a list of whole numbers from 1 to {int.MaxValue} but is {json.GetRawText()}.");
        return null;
    }

    private List<double> ReadValues(JsonElement json, string place)
    {
        var values = ReadList(json, place, JsonValueKind.Number, "numbers, the first being the one to load with", static e => e.GetDouble());
        if (json.ValueKind == JsonValueKind.Array && (values.Count == 0 || values.Distinct().Count() < values.Count || !values.TrueForAll(static v => Math.Abs(v) < float.MaxValue)))
            _faults.Add($"{place} has to be a list of different numbers, at least one.");
        return values.Count > 0 ? values : [0];
    }

    private List<string> ReadUnits(JsonElement json, string place) =>
        json.ValueKind == JsonValueKind.String ? [json.GetString() ?? ""] : ReadList(json, place, JsonValueKind.String, "texts, or one text for all", static e => e.GetString() ?? "");

    private List<T> ReadList<T>(JsonElement json, string place, JsonValueKind kind, string what, Func<JsonElement, T> read)
    {
        if (json.ValueKind == JsonValueKind.Array && json.EnumerateArray().All(e => e.ValueKind == kind))
            return [.. json.EnumerateArray().Select(read)];
        _faults.Add($"{place} has to be a list of {what}.");
        return [];
    }

    private string? ReadText(JsonElement json, string place)
    {
        if (json.ValueKind == JsonValueKind.String && json.GetString() is { Length: > 0 and <= 200 } text)
            return text;
        _faults.Add($"{place} has to be a text of 1 to 200 characters.");
        return null;
    }

    private bool? ReadBool(JsonElement json, string place)
    {
        if (json.ValueKind is JsonValueKind.True or JsonValueKind.False)
            return json.GetBoolean();
        _faults.Add($"{place} has to be true or false but is {Kind(json)}.");
        return null;
    }

    private int? ReadInteger(JsonElement json, string place, int least)
    {
        if (json.ValueKind == JsonValueKind.Number && json.TryGetInt32(out var number) && number >= least)
            return number;
        _faults.Add($"{place} has to be a whole number from {least} but is {json.GetRawText()}.");
        return null;
    }

    private void RefuseUnknown(JsonElement json, string place, string[] known)
    {
        foreach (var field in json.EnumerateObject().Where(f => !known.Contains(f.Name)))
            _faults.Add($"{(place.Length == 0 ? field.Name : $"{place}.{field.Name}")} is unknown; the fields {(place.Length == 0 ? "" : $"of {place} ")}are {string.Join(", ", known)}.");
    }

    private static JsonElement? Property(JsonElement json, string name) => json.TryGetProperty(name, out var value) ? value : null;

    private static string Kind(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "a list",
        JsonValueKind.String => "a text",
        JsonValueKind.Number => "a number",
        JsonValueKind.Null => "null",
        _ => "true or false",
    };

    private static ModelLoadException Fault(string modelPath, string fileName, string reason, Exception? inner = null) =>
        new(modelPath, [new ModelFault("", "", $"In {fileName}: {reason}")], inner);

    // Some editors put the byte order mark of UTF-8 before a text.
    private static ReadOnlyMemory<byte> WithoutMark(byte[] text) => text.AsSpan().StartsWith(Encoding.UTF8.Preamble) ? text.AsMemory(Encoding.UTF8.Preamble.Length) : text;
}
