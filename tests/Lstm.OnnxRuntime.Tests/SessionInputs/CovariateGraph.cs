using Lstm.Engine.Onnx.Schema;
using Lstm.Tests.Shared.Onnx;

namespace Lstm.OnnxRuntime.Tests.SessionInputs;

/// <summary>A random graph whose layers start from what is computed of facts about the series: a category, covariates, or both.</summary>
internal sealed class CovariateGraph
{
    private readonly Random _random;
    private readonly OnnxBuilder _graph;
    private readonly bool _batchFirst;
    private readonly int _layers;
    private readonly int _hidden;
    private readonly string _kind;

    private CovariateGraph(int seed)
    {
        _random = new Random(seed);
        _graph = new OnnxBuilder(_random.Next(2) == 0 ? 13 : 17);
        _batchFirst = _random.Next(2) == 0;
        _layers = _random.Next(1, 4);
        _hidden = _random.Next(2, 7);
        _kind = Pick("LSTM", "GRU", "RNN");
        Seed = seed;
        InputSize = _random.Next(1, 6);
        Categories = _random.Next(4) == 0 ? 0 : _random.Next(2, 6);
        Covariates = Categories == 0 || _random.Next(2) == 0 ? _random.Next(1, 5) : 0;
        Start = Pick("dense", "tanh", "shared", "split");
        Joins = Pick("no", "expand", "tile", "features");
        Form = $"{_kind}×{_layers}, {Start}, {(Categories > 0 ? "category" : "")}{(Covariates > 0 ? " covariates" : "")}, joined: {Joins}, {(_batchFirst ? "[B, T, I]" : "[T, B, I]")}";
    }

    /// <summary>The seed.</summary>
    public int Seed { get; }

    /// <summary>What it is.</summary>
    public string Form { get; }

    /// <summary>Where states come from: a dense layer, with tanh, one for all layers, one that is split into h and c.</summary>
    public string Start { get; }

    /// <summary>How the facts join every timestep, if they do.</summary>
    public string Joins { get; }

    /// <summary>I.</summary>
    public int InputSize { get; }

    /// <summary>Rows of the embedding; 0 for no category.</summary>
    public int Categories { get; }

    /// <summary>Number of covariates; 0 for none.</summary>
    public int Covariates { get; }

    /// <summary>Values of a timestep's output.</summary>
    public const int OutputSize = 3;

    /// <summary>Draws a graph and writes it.</summary>
    /// <param name="seed">The seed.</param>
    /// <param name="path">Where to.</param>
    /// <returns>The graph.</returns>
    public static CovariateGraph Write(int seed, string path)
    {
        var graph = new CovariateGraph(seed);
        graph.Build();
        graph._graph.Write(path);
        return graph;
    }

    /// <summary>Inputs of a whole run.</summary>
    /// <param name="x">[T, I].</param>
    /// <param name="category">The category.</param>
    /// <param name="covariates">The covariates.</param>
    /// <returns>By name.</returns>
    public Dictionary<string, OrtTensor> Inputs(float[] x, long category, float[] covariates)
    {
        long length = x.Length / InputSize;
        var inputs = new Dictionary<string, OrtTensor> { ["x"] = new(_batchFirst ? [1, length, InputSize] : [length, 1, InputSize], x) };
        if (Categories > 0)
            inputs["cat"] = new OrtTensor([1], new[] { category });
        if (Covariates > 0)
            inputs["cov"] = new OrtTensor([1, Covariates], covariates);
        return inputs;
    }

    private void Build()
    {
        bool xFirst = _random.Next(2) == 0;
        if (xFirst)
            AddX();
        string facts = AddFacts(out int width);
        if (!xFirst)
            AddX();
        string x = Join(facts, width, out int size);
        string value = _batchFirst ? _graph.Transpose(x, 1, 0, 2) : x;
        (string[] h, string[] c) = States(facts, width);
        for (int layer = 0; layer < _layers; layer++)
        {
            value = Recur(value, size, h[layer], c.Length > 0 ? c[layer] : "");
            size = _hidden;
        }
        value = _batchFirst ? _graph.Transpose(value, 1, 0, 2) : value;
        value = _graph.Node("Add", [_graph.Node("MatMul", [value, Weights(_hidden, OutputSize)]), Weights(OutputSize)]);
        _graph.Output(value, _batchFirst ? "B T 3" : "T B 3", "y");
    }

    private void AddX() => _graph.Input("x", _batchFirst ? $"B T {InputSize}" : $"T B {InputSize}");

    private string AddFacts(out int width)
    {
        var parts = new List<string>();
        width = 0;
        if (Categories > 0)
        {
            int size = _random.Next(1, 5);
            parts.Add(_graph.Node("Gather", [Weights(Categories, size), _graph.Input("cat", "B", TensorProto.Types.DataType.Int64)]));
            width += size;
        }
        if (Covariates > 0)
        {
            string covariates = _graph.Input("cov", $"B {Covariates}");
            parts.Add(_random.Next(2) == 0 ? _graph.Node("Div", [_graph.Node("Sub", [covariates, Weights(Covariates)]), _graph.Floats([2f])]) : covariates);
            width += Covariates;
        }
        return parts.Count == 1 ? parts[0] : _graph.Node("Concat", parts, ("axis", 1));
    }

    // The facts beside x in every timestep, as exporters write it.
    private string Join(string facts, int width, out int size)
    {
        size = InputSize;
        if (Joins is "no")
            return "x";
        if (Joins is "features")
        {
            // A gate on x: broadcast, no copies.
            string gate = _graph.Node("Sigmoid", [Dense(facts, width, InputSize)]);
            return _graph.Node("Mul", ["x", _batchFirst ? _graph.Unsqueeze(gate, 1) : _graph.Unsqueeze(gate, 0)]);
        }
        size += width;
        string one = _graph.Unsqueeze(facts, _batchFirst ? 1 : 0);
        string length = _graph.Unsqueeze(_graph.Node("Gather", [_graph.Node("Shape", ["x"]), _graph.Integer(_batchFirst ? 1 : 0)], ("axis", 0)), 0);
        string ones = _graph.Integers(1);
        string[] sizes = _batchFirst ? [ones, length, ones] : [length, ones, ones];
        string repeated = _graph.Node(Joins == "expand" ? "Expand" : "Tile", [one, _graph.Node("Concat", sizes, ("axis", 0))]);
        return _graph.Node("Concat", ["x", repeated], ("axis", 2));
    }

    private (string[] H, string[] C) States(string facts, int width)
    {
        int kinds = _kind == "LSTM" ? 2 : 1;
        if (Start == "shared")
        {
            // [B, L·H] as [L, B, H], a layer each.
            string[][] all = [.. Enumerable.Range(0, kinds).Select(_ =>
            {
                string together = _graph.Transpose(_graph.Reshaped(Dense(facts, width, _layers * _hidden), -1, _layers, _hidden), 1, 0, 2);
                return Enumerable.Range(0, _layers).Select(n => _graph.Slice(together, [0], [n], [n + 1])).ToArray();
            })];
            return (all[0], kinds > 1 ? all[1] : []);
        }
        var h = new List<string>();
        var c = new List<string>();
        for (int layer = 0; layer < _layers; layer++)
        {
            string[] parts = Start == "split" && kinds > 1
                ? _graph.Split(Dense(facts, width, 2 * _hidden), 1, _hidden, _hidden)
                : [.. Enumerable.Range(0, kinds).Select(_ => Dense(facts, width, _hidden))];
            parts = [.. parts.Select(p => _graph.Unsqueeze(Start is "tanh" or "split" ? _graph.Node("Tanh", [p]) : p, 0))];
            h.Add(parts[0]);
            if (kinds > 1)
                c.Add(parts[1]);
        }
        return ([.. h], [.. c]);
    }

    private string Recur(string x, int size, string h, string c)
    {
        int gates = _kind switch { "LSTM" => 4, "GRU" => 3, _ => 1 };
        string[] inputs = [x, Weights(1, gates * _hidden, size), Weights(1, gates * _hidden, _hidden), Weights(1, 2 * gates * _hidden), "", h, c];
        return _graph.Squeeze(_graph.Node(_kind, inputs, ("hidden_size", _hidden), ("linear_before_reset", _kind == "GRU" ? 1 : null)), 1);
    }

    private string Dense(string x, int from, int to) => _random.Next(2) == 0
        ? _graph.Node("Gemm", [x, Weights(to, from), Weights(to)], ("transB", 1))
        : _graph.Node("Add", [_graph.Node("MatMul", [x, Weights(from, to)]), Weights(to)]);

    private string Weights(params long[] dims) => _graph.Weights(_random, dims);

    private string Pick(params string[] choices) => choices[_random.Next(choices.Length)];
}
