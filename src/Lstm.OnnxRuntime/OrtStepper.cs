using Microsoft.ML.OnnxRuntime;

namespace Lstm.OnnxRuntime;

/// <summary>
/// Steps a graph whose state goes in and out (x, h0, c0 → y, hn, cn), one timestep a call, the way ONNX Runtime is used for live data.
/// All tensors are allocated and bound once, so a step is one run and nothing else.
/// </summary>
/// <remarks>For one thread at a time. A graph without state inputs starts every run anew: run its prefixes with <see cref="OrtModel.Run"/> instead.</remarks>
public sealed class OrtStepper : IDisposable
{
    private readonly OrtModel _model;
    private readonly RunOptions _runOptions = new();
    private readonly OrtTensor[] _inputTensors;
    private readonly OrtTensor[] _outputTensors;
    private readonly OrtValue[] _inputs;
    private readonly OrtValue[] _outputs;
    private readonly string[] _inputNames;
    private readonly string[] _outputNames;
    private readonly (int Input, int Output)[] _pairs;
    private readonly int _x;
    private readonly int _y;

    /// <summary>Prepares one lane of steps, from a zero state.</summary>
    /// <param name="model">Must outlive the stepper.</param>
    /// <param name="pairs">Which output feeds which state input: all states of the graph.</param>
    /// <param name="batch">B: the length of every axis that the file leaves open, except time, which is 1.</param>
    /// <param name="timeAxis">The axis of time in x and y, or -1 for a graph without one.</param>
    /// <exception cref="ArgumentException">A name is not the graph's, or not exactly one input and output remain beside the states.</exception>
    public OrtStepper(OrtModel model, IReadOnlyList<OrtStatePair> pairs, int batch = 1, int timeAxis = 0)
    {
        _model = model;
        _pairs = [.. pairs.Select(p => (IndexOf(model.Inputs, p.Input, "input"), IndexOf(model.Outputs, p.Output, "output")))];
        _x = Remaining(model.Inputs, [.. _pairs.Select(static p => p.Input)], "input");
        _y = Remaining(model.Outputs, [.. _pairs.Select(static p => p.Output)], "output");
        _inputTensors = [.. model.Inputs.Select((port, i) => Zero(port, batch, i == _x ? timeAxis : -1))];
        // A state comes out in the shape it goes in, so the buffers of a pair can change places after each step.
        _outputTensors = [.. model.Outputs.Select((port, i) => i == _y ? Zero(port, batch, timeAxis) : Copy(_inputTensors[_pairs.First(p => p.Output == i).Input]))];
        _inputNames = [.. model.Inputs.Select(static p => p.Name)];
        _outputNames = [.. model.Outputs.Select(static p => p.Name)];
        _inputs = [.. _inputTensors.Select(OrtValues.Wrap)];
        _outputs = [.. _outputTensors.Select(OrtValues.Wrap)];
    }

    /// <summary>Values that a step takes, [batch × input_size].</summary>
    public int InputLength => _inputTensors[_x].Values.Length;

    /// <summary>Values that a step gives, [batch × output_size].</summary>
    public int OutputLength => _outputTensors[_y].Values.Length;

    /// <summary>Advances the state by one timestep.</summary>
    /// <param name="x">x(t), [B, input_size]; cut to integers where the graph takes integers.</param>
    /// <param name="y">y(t), [B, output_size].</param>
    /// <exception cref="ArgumentException">A length is wrong, or ONNX Runtime refuses the values, e.g. a token out of range.</exception>
    public void Step(ReadOnlySpan<float> x, Span<float> y)
    {
        if (x.Length != InputLength || y.Length != OutputLength)
            throw new ArgumentException($"Expected {InputLength} input and {OutputLength} output values but got {x.Length} and {y.Length}.");
        Write(_inputTensors[_x].Values, x);
        try
        {
            _model.Session.Run(_runOptions, _inputNames, _inputs, _outputNames, _outputs);
        }
        catch (OnnxRuntimeException error)
        {
            throw new ArgumentException($"ONNX Runtime {OrtModel.Version} does not run this step: {error.Message.Trim()}", nameof(x), error);
        }
        ((float[])_outputTensors[_y].Values).CopyTo(y);
        foreach (var (input, output) in _pairs)
        {
            (_inputs[input], _outputs[output]) = (_outputs[output], _inputs[input]);
            (_inputTensors[input], _outputTensors[output]) = (_outputTensors[output], _inputTensors[input]);
        }
    }

    /// <summary>A state as it is now; write into it to set it.</summary>
    /// <param name="input">Name of its graph input.</param>
    /// <returns>Row-major in the shape of the graph input, e.g. [layers, B, H].</returns>
    /// <exception cref="ArgumentException">The graph has no such input.</exception>
    public Span<float> State(string input) => (float[])_inputTensors[IndexOf(_model.Inputs, input, "input")].Values;

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var value in _inputs.Concat(_outputs))
            value.Dispose();
        _runOptions.Dispose();
    }

    private static void Write(Array destination, ReadOnlySpan<float> x)
    {
        switch (destination)
        {
            case float[] floats: x.CopyTo(floats); break;
            case long[] longs:
                for (var i = 0; i < x.Length; i++) longs[i] = (long)x[i];
                break;
            case int[] ints:
                for (var i = 0; i < x.Length; i++) ints[i] = (int)x[i];
                break;
            default: throw new NotSupportedException($"Expected a float32, int64 or int32 input but found {destination.GetType().GetElementType()}.");
        }
    }

    private static OrtTensor Zero(OrtPort port, int batch, int timeAxis)
    {
        long[] shape = [.. port.Shape.Select((n, axis) => axis == timeAxis ? 1L : n < 0 ? batch : n)];
        return OrtTensor.FromFloats(port.ElementType, shape, new float[shape.Aggregate(1L, static (product, n) => product * n)]);
    }

    private static OrtTensor Copy(OrtTensor tensor) => tensor with { Values = (Array)tensor.Values.Clone() };

    private static int IndexOf(IReadOnlyList<OrtPort> ports, string name, string role)
    {
        for (var i = 0; i < ports.Count; i++)
        {
            if (ports[i].Name == name)
                return i;
        }
        throw new ArgumentException($"Expected one of the {role}s {string.Join(", ", ports.Select(static p => p.Name))} but found '{name}'.");
    }

    private static int Remaining(IReadOnlyList<OrtPort> ports, HashSet<int> states, string role)
    {
        int[] rest = [.. Enumerable.Range(0, ports.Count).Where(i => !states.Contains(i))];
        return rest.Length == 1 ? rest[0] : throw new ArgumentException(
            $"Expected one {role} beside the states but found {rest.Length}: {string.Join(", ", rest.Select(i => ports[i].Name))}.");
    }
}
