using Lstm.Tests.Shared.Onnx;
using DataType = Lstm.Engine.Onnx.Schema.TensorProto.Types.DataType;

namespace Lstm.OnnxRuntime.Tests.IntegerStates;

/// <summary>A random step of a small cell with states and inputs of whole numbers and booleans beside it.</summary>
internal sealed class IntegerGraph
{
    private static readonly string[] Kinds = ["counter", "position", "saturating", "hash", "flag", "latch", "clock", "latest", "small"];

    private readonly Random _random;
    private readonly OnnxBuilder _builder = new(17);
    private readonly string _x;
    private readonly string _time;
    private readonly string _active;

    /// <summary>Draws a graph.</summary>
    /// <param name="seed">Which.</param>
    public IntegerGraph(int seed)
    {
        _random = new Random(seed);
        _x = _builder.Input("x", "B 2");
        _time = _builder.Input("time", "B 1", DataType.Int64);
        _active = _builder.Input("active", "B 1", DataType.Bool);
        string h = _builder.Input("h", "B 2");
        string[] values = [.. Enumerable.Range(0, _random.Next(1, 4)).Select(AddState)];
        string sum = _builder.Node("Add", [_x, _builder.Node("Mul", [h, _builder.Floats([0.5f])])]);
        foreach (string value in values)
        {
            // Small enough for a float, so that both sides compute the same.
            string small = _builder.Node("Mod", [_builder.Cast(value, DataType.Int64), _builder.Integer(1000)]);
            sum = _builder.Node("Add", [sum, _builder.Node("Mul", [_builder.Cast(small, DataType.Float), _builder.Floats([0.001f])])]);
        }
        string next = _builder.Node("Tanh", [sum]);
        _builder.Output(next, "B 2", "y");
        _builder.Output(next, "B 2", "h_next");
        Pairs.Add(("h", "h_next"));
    }

    /// <summary>State inputs and their outputs.</summary>
    public List<(string Input, string Output)> Pairs { get; } = [];

    /// <summary>What the states of whole numbers are.</summary>
    public List<string> States { get; } = [];

    /// <summary>Writes the file.</summary>
    /// <param name="path">Where.</param>
    /// <returns>The path.</returns>
    public string Write(string path) => _builder.Write(path);

    private string AddState(int number)
    {
        string kind = Kinds[_random.Next(Kinds.Length)];
        States.Add(kind);
        var type = kind is "flag" or "latch" ? DataType.Bool : kind == "small" ? DataType.Int32 : DataType.Int64;
        string state = _builder.Input($"s{number}", "B 1", type);
        string next = kind switch
        {
            "counter" => _builder.Node("Add", [state, _builder.Integer(1)]),
            "position" => _builder.Node("Mod", [_builder.Node("Add", [state, _builder.Integer(_random.Next(1, 9))]), _builder.Integer(_random.Next(2, 50))]),
            "saturating" => _builder.Node("Min", [_builder.Node("Add", [state, _builder.Cast(_active, DataType.Int64)]), _builder.Integer(_random.Next(3, 30))]),
            "hash" => _builder.Node("Add", [_builder.Node("Mul", [state, _builder.Integer((_random.NextInt64(1L << 40) * 2) + 1)]), _time]),
            "flag" => _builder.Node("Xor", [state, _active]),
            "latch" => _builder.Node("And", [_builder.Node("Not", [_builder.Node("And", [state, _active])]), _builder.Node("Or", [state, _active])]),
            "clock" => _builder.Node("Where", [_active, _time, state]),
            "latest" => _builder.Node("Max", [state, _builder.Node("Sub", [_time, _builder.Integer(_random.Next(5))])]),
            _ => _builder.Node("Add", [state, _builder.Cast(_builder.Integer(_random.Next(1, 1 << 20)), DataType.Int32)]),
        };
        string output = _builder.Output(next, "B 1", $"s{number}_next", type);
        Pairs.Add((state, output));
        if (kind is "clock" or "latest")
        {
            _builder.Output(_builder.Node("Sub", [_time, state]), "B 1", $"since{number}", DataType.Int64);
        }
        else if (_random.Next(2) == 0)
        {
            _builder.Output(output, "B 1", $"shown{number}", type);
        }
        return output;
    }
}
