using Lstm.Engine.Onnx.Schema;
using Lstm.Tests.Shared.Onnx;

namespace Lstm.OnnxRuntime.Tests.SessionInputs;

/// <summary>A random decoder with attention over an encoder's context of any length: dot product or additive, with a mask or not, one step a run or over time.</summary>
internal sealed class AttentionGraph
{
    private readonly Random _random;
    private readonly OnnxBuilder _graph = new(17);
    private readonly int _hidden;
    private readonly int _context;

    private AttentionGraph(int seed)
    {
        _random = new Random(seed);
        Seed = seed;
        Score = Pick("dot", "additive");
        Mask = Pick("none", "none", "float", "bool");
        IsOverTime = _random.Next(2) == 0;
        AxisName = Pick("S", "src_len", "seq_len", "encoder_length");
        // As [B, S] beside a mask of floats they could as well be a state: attention that sees what it saw before.
        GivesWeights = _random.Next(2) == 0 && (IsOverTime || Mask != "float");
        _hidden = _random.Next(2, 6);
        _context = Score == "dot" ? _hidden : _random.Next(2, 6);
        Form = $"{Score}, mask {Mask}, {(IsOverTime ? "over time" : "one step")}, axis {AxisName}{(GivesWeights ? ", weights" : "")}";
    }

    /// <summary>Tokens that the decoder knows.</summary>
    public const int Tokens = 7;

    /// <summary>Values of a timestep's output.</summary>
    public const int OutputSize = 3;

    /// <summary>The seed.</summary>
    public int Seed { get; }

    /// <summary>What it is.</summary>
    public string Form { get; }

    /// <summary>How the context is weighed.</summary>
    public string Score { get; }

    /// <summary>The type of the mask, or none.</summary>
    public string Mask { get; }

    /// <summary>Whether one run takes many timesteps.</summary>
    public bool IsOverTime { get; }

    /// <summary>The name of the context's open axis.</summary>
    public string AxisName { get; }

    /// <summary>Whether the weights of the context are an output, too.</summary>
    public bool GivesWeights { get; }

    /// <summary>H.</summary>
    public int HiddenSize => _hidden;

    /// <summary>Values of a place of the context.</summary>
    public int ContextSize => _context;

    /// <summary>Draws a graph and writes it.</summary>
    /// <param name="seed">The seed.</param>
    /// <param name="path">Where to.</param>
    /// <returns>The graph.</returns>
    public static AttentionGraph Write(int seed, string path)
    {
        var graph = new AttentionGraph(seed);
        graph.Build();
        graph._graph.Write(path);
        return graph;
    }

    private void Build()
    {
        // [B, T] or [B]; the state [1, B, H].
        string token = _graph.Input("token", IsOverTime ? "B T" : "B", TensorProto.Types.DataType.Int64);
        string hidden = _graph.Input("hidden", $"1 B {_hidden}");
        string context = _graph.Input("context", $"B {AxisName} {_context}");
        string mask = Mask == "none" ? "" : _graph.Input("mask", $"B {AxisName}", Mask == "bool" ? TensorProto.Types.DataType.Bool : TensorProto.Types.DataType.Float);
        const int width = 4;
        string x = _graph.Node("Gather", [Weights(Tokens, width), token]);
        if (!IsOverTime)
            x = _graph.Unsqueeze(x, 1);
        // [B, T, H]
        string[] cell = _graph.Nodes("GRU", [true, true], [_graph.Transpose(x, 1, 0, 2), Weights(1, 3 * _hidden, width), Weights(1, 3 * _hidden, _hidden), Weights(1, 6 * _hidden), "", hidden], ("hidden_size", _hidden), ("linear_before_reset", 1));
        string query = _graph.Transpose(_graph.Squeeze(cell[0], 1), 1, 0, 2);
        // [B, T, S]
        string scores = Score == "dot" ? _graph.Node("MatMul", [query, _graph.Transpose(context, 0, 2, 1)]) : Additive(query, context);
        if (Mask == "float")
            scores = _graph.Node("Add", [scores, _graph.Unsqueeze(_graph.Node("Mul", [_graph.Node("Sub", [_graph.Floats([1f]), mask]), _graph.Floats([-1e4f])]), 1)]);
        else if (Mask == "bool")
            scores = _graph.Node("Where", [_graph.Unsqueeze(mask, 1), scores, _graph.Floats([-1e4f])]);
        string weights = _graph.Node("Softmax", [scores], ("axis", -1));
        string seen = _graph.Node("MatMul", [weights, context]);
        string y = _graph.Node("Add", [_graph.Node("MatMul", [_graph.Node("Concat", [query, seen], ("axis", 2)), Weights(_hidden + _context, OutputSize)]), Weights(OutputSize)]);
        _graph.Output(IsOverTime ? y : _graph.Squeeze(y, 1), IsOverTime ? $"B T {OutputSize}" : $"B {OutputSize}", "y");
        _graph.Output(cell[1], $"1 B {_hidden}", "hidden_out");
        if (GivesWeights)
            _graph.Output(IsOverTime ? weights : _graph.Squeeze(weights, 1), IsOverTime ? $"B T {AxisName}" : $"B {AxisName}", "weights");
    }

    // v · tanh(W q + U c), [B, T, 1, A] + [B, 1, S, A].
    private string Additive(string query, string context)
    {
        const int size = 3;
        string q = _graph.Unsqueeze(_graph.Node("MatMul", [query, Weights(_hidden, size)]), 2);
        string c = _graph.Unsqueeze(_graph.Node("MatMul", [context, Weights(_context, size)]), 1);
        return _graph.Squeeze(_graph.Node("MatMul", [_graph.Node("Tanh", [_graph.Node("Add", [q, c])]), Weights(size, 1)]), 3);
    }

    private string Weights(params long[] dims) => _graph.Weights(_random, dims);

    private string Pick(params string[] choices) => choices[_random.Next(choices.Length)];
}
