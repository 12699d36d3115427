using Lstm.Engine;

namespace Lstm.OnnxRuntime.Backend;

/// <summary>Runs a graph with made-up inputs, to see what comes out.</summary>
/// <param name="model">The graph in ONNX Runtime.</param>
/// <param name="inputs">The axes of its inputs.</param>
internal sealed class Trials(OrtModel model, IReadOnlyList<InputAxes> inputs)
{
    // A token that most vocabularies have, a sampling rate that no graph knows: what fits is found when the first trial fails.
    private float _integer = 1;

    /// <summary>Runs the graph on random inputs and no state.</summary>
    /// <param name="time">T.</param>
    /// <param name="batch">B.</param>
    /// <returns>For each output its tensor.</returns>
    /// <exception cref="ModelLoadException">ONNX Runtime does not run it.</exception>
    public IReadOnlyList<OrtTensor> Run(int time, int batch)
    {
        try
        {
            try
            {
                return Run(Inputs(time, batch));
            }
            catch (ArgumentException) when (_integer != 0 && model.Inputs.Any(static i => !IsFloat(i)))
            {
                _integer = 0;
                return Run(Inputs(time, batch));
            }
        }
        catch (ArgumentException error)
        {
            var shapes = string.Join(", ", inputs.Select((i, n) => $"{i.Name} [{string.Join(", ", ShapeOf(n, time, batch))}]"));
            throw new ModelLoadException(model.Path, [new ModelFault("", "", $"A trial run with {shapes} failed; name the axes and lengths in model.json if they are wrong. {Message(error)}")], error);
        }
    }

    /// <summary>Runs the graph on given inputs.</summary>
    /// <param name="tensors">A tensor for each input.</param>
    /// <returns>For each output its tensor.</returns>
    public IReadOnlyList<OrtTensor> Run(IReadOnlyList<OrtTensor> tensors)
    {
        var outputs = model.Run(inputs.Select((i, n) => (i.Name, tensors[n])).ToDictionary());
        return [.. model.Outputs.Select(o => outputs[o.Name])];
    }

    /// <summary>Made-up inputs.</summary>
    /// <param name="time">T.</param>
    /// <param name="batch">B.</param>
    /// <returns>A tensor for each input; floats in ±1, always the same.</returns>
    public IReadOnlyList<OrtTensor> Inputs(int time, int batch)
    {
        var random = new Random(1);
        return [.. inputs.Select((_, n) =>
        {
            var shape = ShapeOf(n, time, batch);
            var values = new float[shape.Aggregate(1L, static (product, length) => product * length)];
            for (var i = 0; i < values.Length; i++)
                values[i] = IsFloat(model.Inputs[n]) ? (2 * random.NextSingle()) - 1 : _integer;
            return OrtTensor.FromFloats(model.Inputs[n].ElementType, shape, values);
        })];
    }

    /// <summary>What ONNX Runtime said, without the parameter that the exception names.</summary>
    /// <param name="error">The exception.</param>
    /// <returns>The sentence.</returns>
    public static string Message(ArgumentException error) => error.Message.Replace(" (Parameter 'inputs')", "", StringComparison.Ordinal);

    private long[] ShapeOf(int input, int time, int batch) =>
        [.. inputs[input].Lengths.Select((length, axis) => length >= 0 ? length : inputs[input].Roles[axis] switch { 'T' => time, 'B' => batch, _ => 1L })];

    private static bool IsFloat(OrtPort port) => port.ElementType.StartsWith("float", StringComparison.Ordinal);
}
