using System.Runtime.InteropServices;
using System.Text.Json;

namespace Lstm.OnnxRuntime.Tests.Reference;

/// <summary>A case of tests/data/zoo, as tests/data/README.md describes it.</summary>
internal sealed class ZooCase
{
    private readonly JsonElement _json;
    private readonly byte[] _bin;

    private ZooCase(string folder)
    {
        Model = System.IO.Path.Combine(folder, "model.onnx");
        _json = JsonDocument.Parse(File.ReadAllBytes(System.IO.Path.Combine(folder, "case.json"))).RootElement;
        _bin = File.ReadAllBytes(System.IO.Path.Combine(folder, "data.bin"));
    }

    public string Model { get; }

    public string Form => _json.GetProperty("form").GetString() ?? "";

    public string Streaming => _json.GetProperty("streaming").GetString() ?? "";

    public static IEnumerable<string> Names => Directory.GetDirectories(TestData.Path("zoo")).Where(static d => File.Exists(System.IO.Path.Combine(d, "case.json"))).Select(static d => System.IO.Path.GetFileName(d)).Order();

    public static ZooCase Read(string name) => new(TestData.Path("zoo", name));

    /// <summary>How far two values may be apart.</summary>
    public double Allowed(double expected) =>
        _json.GetProperty("tolerance").GetProperty("abs").GetDouble() + (_json.GetProperty("tolerance").GetProperty("rel").GetDouble() * Math.Abs(expected));

    /// <summary>A tensor of the case; null when it has none of that name and role.</summary>
    public (int[] Shape, double[] Values)? Tensor(string name, string role)
    {
        foreach (var t in _json.GetProperty("tensors").EnumerateArray())
        {
            if (t.GetProperty("name").GetString() != name || t.GetProperty("role").GetString() != role)
                continue;
            var bytes = _bin.AsSpan(t.GetProperty("offset").GetInt32(), t.GetProperty("bytes").GetInt32());
            int[] shape = [.. t.GetProperty("shape").EnumerateArray().Select(static n => n.GetInt32())];
            return (shape, t.GetProperty("dtype").GetString() switch
            {
                "f32" => Array.ConvertAll(MemoryMarshal.Cast<byte, float>(bytes).ToArray(), static v => (double)v),
                "f64" => MemoryMarshal.Cast<byte, double>(bytes).ToArray(),
                "i64" => Array.ConvertAll(MemoryMarshal.Cast<byte, long>(bytes).ToArray(), static v => (double)v),
                "i32" => Array.ConvertAll(MemoryMarshal.Cast<byte, int>(bytes).ToArray(), static v => (double)v),
                var other => throw new NotSupportedException($"Element type {other} needs a case here."),
            });
        }
        return null;
    }
}
