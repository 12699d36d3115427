using Microsoft.ML.OnnxRuntime;

namespace Lstm.OnnxRuntime;

/// <summary>
/// ONNX Runtime at its quickest: inputs and outputs are allocated and bound once, so that a run hands over nothing. What a run gives is not fed
/// back. For measurements.
/// </summary>
/// <remarks>For one thread at a time.</remarks>
public sealed class OrtBinding : IDisposable
{
    private readonly OrtModel _model;
    private readonly RunOptions _options = new();
    private readonly OrtIoBinding _binding;
    private readonly List<OrtValue> _values = [];

    /// <summary>Binds inputs and outputs, all float32.</summary>
    /// <param name="model">Must outlive the binding.</param>
    /// <param name="batch">The length of axes called B; all others that the file leaves open are 1.</param>
    /// <param name="fill">Fills an input.</param>
    public OrtBinding(OrtModel model, int batch, Action<float[]> fill)
    {
        _model = model;
        _binding = model.Session.CreateIoBinding();
        foreach (var port in model.Inputs)
        {
            var value = Allocate(port, batch, fill);
            _binding.BindInput(port.Name, value);
        }
        foreach (var port in model.Outputs)
        {
            var value = Allocate(port, batch, static _ => { });
            _binding.BindOutput(port.Name, value);
        }
    }

    /// <summary>One run.</summary>
    public void Run() => _model.Session.RunWithBinding(_options, _binding);

    /// <inheritdoc/>
    public void Dispose()
    {
        _binding.Dispose();
        _values.ForEach(static v => v.Dispose());
        _options.Dispose();
    }

    private OrtValue Allocate(OrtPort port, int batch, Action<float[]> fill)
    {
        long[] shape = [.. port.Shape.Select((n, axis) => n >= 0 ? n : port.AxisNames[axis] == "B" ? batch : 1)];
        var values = new float[shape.Aggregate(1L, static (product, n) => product * n)];
        fill(values);
        var value = OrtValues.Wrap(OrtTensor.FromFloats(port.ElementType, shape, values));
        _values.Add(value);
        return value;
    }
}
