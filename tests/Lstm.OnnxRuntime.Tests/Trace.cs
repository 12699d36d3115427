using System.Runtime.InteropServices;
using System.Text.Json;

namespace Lstm.OnnxRuntime.Tests;

/// <summary>A trace of tests/data: inputs, and float64 outputs and states after every step.</summary>
internal sealed class Trace
{
    private readonly JsonElement _index;
    private readonly byte[] _bytes;

    private Trace(JsonElement index, byte[] bytes) => (_index, _bytes) = (index, bytes);

    public int Steps => _index.GetProperty("steps").GetInt32();

    public static Trace Read(string path)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(path));
        var index = document.RootElement.Clone();
        // "bin" names a file beside the index.
        return new Trace(index, File.ReadAllBytes(Path.Combine(Path.GetDirectoryName(path)!, index.GetProperty("bin").GetString()!)));
    }

    /// <summary>All values of a tensor, or null when the trace does not hold it.</summary>
    public double[]? Find(string name)
    {
        foreach (var tensor in _index.GetProperty("tensors").EnumerateArray())
        {
            if (tensor.GetProperty("name").GetString() != name)
                continue;
            var bytes = _bytes.AsSpan(tensor.GetProperty("offset").GetInt32(), tensor.GetProperty("bytes").GetInt32());
            return tensor.GetProperty("dtype").GetString() switch
            {
                "f32" => Array.ConvertAll(MemoryMarshal.Cast<byte, float>(bytes).ToArray(), static v => (double)v),
                "f64" => MemoryMarshal.Cast<byte, double>(bytes).ToArray(),
                "i64" => Array.ConvertAll(MemoryMarshal.Cast<byte, long>(bytes).ToArray(), static v => (double)v),
                var other => throw new NotSupportedException($"dtype {other}"),
            };
        }
        return null;
    }

    /// <summary>x(t) of every step.</summary>
    public float[][] Inputs()
    {
        var x = Find("x") ?? throw new InvalidOperationException("The trace has no x.");
        return [.. x.Select(static v => (float)v).Chunk(x.Length / Steps)];
    }
}
