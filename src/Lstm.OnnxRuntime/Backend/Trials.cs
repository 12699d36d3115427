using Lstm.Engine;
using Lstm.Engine.Onnx.Axes;

namespace Lstm.OnnxRuntime.Backend;

/// <summary>Runs a graph with made-up inputs, to see what comes out.</summary>
/// <param name="model">The graph in ONNX Runtime.</param>
/// <param name="inputs">The axes of its inputs.</param>
/// <param name="layouts">What model.json says: the first of an input's values is the one to try.</param>
/// <param name="budget">The load that they are made for.</param>
internal sealed class Trials(OrtModel model, IReadOnlyList<InputAxes> inputs, IReadOnlyDictionary<string, TensorLayout> layouts, LoadBudget budget)
{
    // A token that most vocabularies have; what fits is found when the first trial fails.
    private float _integer = 1;

    private int _given = GivenLength;

    /// <summary>The length of axes that are as long as what a session is given once.</summary>
    public const int GivenLength = 5;

    /// <summary>The other length that trials give them.</summary>
    public const int OtherGivenLength = 7;

    /// <summary>The seed of made-up inputs.</summary>
    public int Seed { get; set; } = 1;

    /// <summary>The outputs' names, in the graph's order.</summary>
    public IReadOnlyList<OrtPort> Outputs => model.Outputs;

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
            var shapes = string.Join(", ", inputs.Select(i => $"{i.Name} [{string.Join(", ", i.ShapeOf(time, batch, _given))}]"));
            throw new ModelLoadException(model.Path, [new ModelFault("", "", $"A trial run with {shapes} failed; name the axes and lengths in model.json if they are wrong{Lines()}. {Message(error)}")], error);
        }
    }

    /// <summary>Runs the graph with more of what a session is given once.</summary>
    /// <param name="time">T.</param>
    /// <returns>For each output its tensor.</returns>
    /// <exception cref="ModelLoadException">ONNX Runtime does not run it.</exception>
    public IReadOnlyList<OrtTensor> RunWithMore(int time)
    {
        _given = OtherGivenLength;
        try
        {
            return Run(time, 1);
        }
        finally
        {
            _given = GivenLength;
        }
    }

    /// <summary>Runs the graph where it may fail.</summary>
    /// <param name="time">T.</param>
    /// <param name="batch">B.</param>
    /// <returns>For each output its tensor, or null when ONNX Runtime does not run it.</returns>
    public IReadOnlyList<OrtTensor>? TryRun(int time, int batch)
    {
        try
        {
            return Run(time, batch);
        }
        catch (ModelLoadException)
        {
            return null;
        }
    }

    /// <summary>Runs the graph on given inputs.</summary>
    /// <param name="tensors">A tensor for each input.</param>
    /// <returns>For each output its tensor.</returns>
    /// <exception cref="ArgumentException">ONNX Runtime does not run them.</exception>
    public IReadOnlyList<OrtTensor> Run(IReadOnlyList<OrtTensor> tensors)
    {
        budget.Check();
        try
        {
            var outputs = model.RunUntil(inputs.Select((i, n) => (i.Name, tensors[n])).ToDictionary(), budget.End);
            return [.. model.Outputs.Select(o => outputs[o.Name])];
        }
        catch (OperationCanceledException)
        {
            throw budget.TimeIsUp("in a trial run");
        }
    }

    /// <summary>Runs the graph on given inputs where it may fail.</summary>
    /// <param name="tensors">A tensor for each input.</param>
    /// <returns>For each output its tensor, or null when ONNX Runtime does not run them.</returns>
    public IReadOnlyList<OrtTensor>? TryRun(IReadOnlyList<OrtTensor> tensors)
    {
        try
        {
            return Run(tensors);
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    /// <summary>Made-up inputs.</summary>
    /// <param name="time">T.</param>
    /// <param name="batch">B.</param>
    /// <returns>A tensor for each input; floats in ±1, the same for a seed.</returns>
    public IReadOnlyList<OrtTensor> Inputs(int time, int batch) => [.. Values(time, batch).Select((v, n) => OrtTensor.FromFloats(model.Inputs[n].ElementType, v.Shape, v.Values))];

    /// <summary>Made-up inputs where the values along one axis are others at one place.</summary>
    /// <param name="time">T.</param>
    /// <param name="batch">B.</param>
    /// <param name="input">The input that changes.</param>
    /// <param name="axis">Its axis.</param>
    /// <param name="place">The place along the axis.</param>
    /// <returns>A tensor for each input.</returns>
    public IReadOnlyList<OrtTensor> InputsWithChange(int time, int batch, int input, int axis, int place)
    {
        var all = Values(time, batch).ToArray();
        var (shape, values) = all[input];
        var inner = shape.Skip(axis + 1).Aggregate(1L, static (product, n) => product * n);
        for (var i = 0; i < values.Length; i++)
        {
            if (i / inner % shape[axis] == place)
                values[i] = IsFloat(model.Inputs[input]) ? 0.5f - values[i] : values[i] == 0 ? 1 : 0;
        }
        return [.. all.Select((v, n) => OrtTensor.FromFloats(model.Inputs[n].ElementType, v.Shape, v.Values))];
    }

    /// <summary>What ONNX Runtime said, without the parameter that the exception names.</summary>
    /// <param name="error">The exception.</param>
    /// <returns>The sentence.</returns>
    public static string Message(ArgumentException error) => error.Message.Replace(" (Parameter 'inputs')", "", StringComparison.Ordinal);

    // An axis that was taken for time without proof may hold the values of a frame.
    private string Lines()
    {
        var lines = inputs.Where(static i => i.Time >= 0 && i.Lengths[i.Time] < 0 && !i.Certain[i.Time])
            .Select(static i => $"{{\"inputs\": {{\"{i.Name}\": {{\"shape\": [{string.Join(", ", i.Lengths.Select((n, axis) => n >= 0 ? $"{n}" : axis == i.Time ? "N" : "1"))}]}}}}}}");
        return string.Concat(lines.Select(static l => $", such as {l} for a frame of N values"));
    }

    private IEnumerable<(long[] Shape, float[] Values)> Values(int time, int batch)
    {
        var random = new Random(Seed);
        for (var n = 0; n < inputs.Count; n++)
        {
            var shape = inputs[n].ShapeOf(time, batch, _given);
            var values = new float[checked((int)shape.Aggregate(1L, static (product, length) => checked(product * length)))];
            var said = layouts.GetValueOrDefault(inputs[n].Name)?.Values;
            for (var i = 0; i < values.Length; i++)
                values[i] = said is not null ? (float)said[0] : IsFloat(model.Inputs[n]) ? (2 * random.NextSingle()) - 1 : _integer;
            yield return (shape, values);
        }
    }

    private static bool IsFloat(OrtPort port) => port.ElementType.StartsWith("float", StringComparison.Ordinal);
}
