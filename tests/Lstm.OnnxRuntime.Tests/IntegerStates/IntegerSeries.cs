namespace Lstm.OnnxRuntime.Tests.IntegerStates;

/// <summary>Random values for the inputs and states of an <see cref="IntegerGraph"/>, stepped in ONNX Runtime by hand: every output is fed back as it came out.</summary>
internal sealed class IntegerSeries
{
    private readonly OrtModel _model;
    private readonly IntegerGraph _graph;
    private readonly Random _random;
    private long _now;

    /// <summary>A series from random states.</summary>
    /// <param name="model">The graph in ONNX Runtime.</param>
    /// <param name="graph">The graph.</param>
    /// <param name="seed">Which values.</param>
    public IntegerSeries(OrtModel model, IntegerGraph graph, int seed)
    {
        (_model, _graph, _random) = (model, graph, new Random(seed));
        // Seconds, milliseconds or nanoseconds: below and beyond 2^24 and 2^53.
        _now = (long)Math.Pow(2, _random.Next(10, 62));
        States = graph.Pairs.ToDictionary(static p => p.Input, p => Start(model.Inputs.First(i => i.Name == p.Input)));
    }

    /// <summary>The states as they are now.</summary>
    public Dictionary<string, OrtTensor> States { get; }

    /// <summary>Draws the next inputs.</summary>
    /// <returns>x, time, active.</returns>
    public (float[] X, long Time, bool Active) Draw()
    {
        _now += _random.NextInt64(1L << _random.Next(1, 30));
        return ([(_random.NextSingle() * 2) - 1, (_random.NextSingle() * 2) - 1], _now, _random.Next(2) == 0);
    }

    /// <summary>Runs a step and feeds the states back.</summary>
    /// <param name="x">x.</param>
    /// <param name="time">time.</param>
    /// <param name="active">active.</param>
    /// <returns>The outputs.</returns>
    public IReadOnlyDictionary<string, OrtTensor> Step(float[] x, long time, bool active)
    {
        var inputs = new Dictionary<string, OrtTensor>(States)
        {
            ["x"] = new([1, 2], x),
            ["time"] = new([1, 1], new[] { time }),
            ["active"] = new([1, 1], new[] { active }),
        };
        var outputs = _model.Run(inputs);
        foreach (var (input, output) in _graph.Pairs)
            States[input] = outputs[output];
        return outputs;
    }

    private OrtTensor Start(OrtPort port) => port.ElementType switch
    {
        "float32" => new([1, 2], new[] { _random.NextSingle(), -_random.NextSingle() }),
        "bool" => new([1, 1], new[] { _random.Next(2) == 0 }),
        "int32" => new([1, 1], new[] { _random.Next(1 << 30) }),
        _ => new([1, 1], new[] { _random.Next(3) == 0 ? (1L << 62) + 1 : _random.NextInt64(1L << _random.Next(1, 62)) }),
    };
}
