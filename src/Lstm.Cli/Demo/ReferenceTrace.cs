using System.Runtime.InteropServices;
using System.Text.Json;

namespace Lstm.Cli.Demo;

/// <summary>The right answers in float64: y_f64 [steps, 3] out of a trace bundle (models/nyc-taxi/make_trace.py describes the format).</summary>
internal sealed class ReferenceTrace
{
    private readonly double[] _y;
    private readonly int _width;

    private ReferenceTrace(double[] y, int width)
    {
        _y = y;
        _width = width;
    }

    /// <summary>Number of steps.</summary>
    public int Steps => _y.Length / _width;

    /// <summary>y of one step.</summary>
    /// <param name="step">0-based.</param>
    public ReadOnlySpan<double> this[int step] => _y.AsSpan(step * _width, _width);

    /// <summary>Reads the tensor y_f64 of the bundle with this index file.</summary>
    /// <exception cref="CommandFailedException">There is no such tensor in it.</exception>
    public static ReferenceTrace Read(string indexPath)
    {
        using JsonDocument index = JsonDocument.Parse(File.ReadAllBytes(indexPath));
        string data = Path.Combine(Path.GetDirectoryName(indexPath) ?? "", index.RootElement.GetProperty("bin").GetString() ?? "");
        foreach (JsonElement tensor in index.RootElement.GetProperty("tensors").EnumerateArray())
        {
            if (tensor.GetProperty("name").GetString() == "y_f64" && tensor.GetProperty("dtype").GetString() == "f64")
            {
                int offset = tensor.GetProperty("offset").GetInt32();
                int bytes = tensor.GetProperty("bytes").GetInt32();
                double[] y = MemoryMarshal.Cast<byte, double>(File.ReadAllBytes(data).AsSpan(offset, bytes)).ToArray();
                return new ReferenceTrace(y, tensor.GetProperty("shape")[1].GetInt32());
            }
        }

        throw new CommandFailedException($"{indexPath}: expected a tensor 'y_f64' of dtype f64 but found none.");
    }
}
