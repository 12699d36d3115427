using Lstm.Tests.Shared.Onnx;
using DataType = Lstm.Engine.Onnx.Schema.TensorProto.Types.DataType;

namespace Lstm.OnnxRuntime.Tests.SequenceLengths;

/// <summary>A random graph whose sequence_lens is counted over the whole sequence: from a mask of tokens, of features, or given as an input.</summary>
internal sealed class LengthGraph
{
    private const int Words = 7;

    private readonly Random _random;
    private readonly OnnxBuilder _file;
    private readonly List<string> _notes = [];
    private readonly int _time;

    /// <summary>Draws a graph.</summary>
    /// <param name="seed">Its seed.</param>
    public LengthGraph(int seed)
    {
        _random = new Random(seed);
        _file = new OnnxBuilder(Pick(13, 14, 15, 17));
        _time = _random.Next(2);
        Mask = Pick("tokens", "tokens", "features", "input");
        Features = Mask == "tokens" ? 1 : _random.Next(1, 5);
        HasState = Chance(0.2);
        Note(Mask, _time == 0 ? "time first" : "batch first", HasState ? "state inputs" : "zero state");
        Build();
    }

    /// <summary>Where the mask comes from.</summary>
    public string Mask { get; }

    /// <summary>Values of x a timestep.</summary>
    public int Features { get; }

    /// <summary>Whether the state goes in and out.</summary>
    public bool HasState { get; }

    /// <summary>Values of the state h, and of c if there is one; 0 unless the state goes in and out.</summary>
    public Dictionary<string, long[]> States { get; } = [];

    /// <summary>Axis of time in the inputs.</summary>
    public int Time => _time;

    /// <summary>Writes the file.</summary>
    /// <param name="path">Where.</param>
    public void Write(string path) => _file.Write(path);

    /// <summary>A timestep: x, and the mask if it is an input.</summary>
    /// <param name="isPadding">Whether it is padding.</param>
    /// <returns>Its values in the order of the inputs.</returns>
    public float[] Timestep(bool isPadding) => Mask switch
    {
        "tokens" => [isPadding ? 0 : _random.Next(1, Words)],
        "features" => [.. Enumerable.Range(0, Features).Select(_ => isPadding ? 0f : Real(2))],
        _ => [.. Enumerable.Range(0, Features).Select(_ => Real(2)), isPadding ? 0 : 1],
    };

    /// <inheritdoc/>
    public override string ToString() => string.Join(", ", _notes);

    private void Build()
    {
        string axes = _time == 0 ? "T B" : "B T";
        (string x, string mask) = Mask switch
        {
            "tokens" => OfTokens(_file.Input("tok", axes, Pick(DataType.Int64, DataType.Int32))),
            "features" => OfFeatures(_file.Input("x", $"{axes} {Features}")),
            _ => (_file.Input("x", $"{axes} {Features}"), _file.Cast(_file.Input("mask", axes, Pick(DataType.Float, DataType.Bool, DataType.Int32, DataType.Int64)), Number())),
        };
        string count = Count(mask);
        int input = Mask == "tokens" ? 4 : Features;
        if (Chance(0.2))
        {
            // What the whole sequence decides meets every timestep before the cell.
            x = Meet(x, count);
        }
        string h = _time == 0 ? x : _file.Transpose(x, 1, 0, 2);
        string lens = _file.Cast(count, DataType.Int32);
        int layers = HasState ? 1 : _random.Next(1, 3);
        var last = new RecurrentLayer();
        for (int layer = 0; layer < layers; layer++)
        {
            last = Cell(layer == 0 ? h : last.Sequence, lens, layer == 0 ? input : last.Size);
        }
        Head(last, mask, count);
    }

    private (string X, string Mask) OfTokens(string tokens)
    {
        string zero = _file.Initializer(new() { DataType = _file.Graph.Input[0].Type.TensorType.ElemType, RawData = Zero() });
        string mask = _random.Next(3) switch
        {
            0 => _file.Cast(_file.Node("Not", [_file.Node("Equal", [tokens, zero])]), Number()),
            1 => _file.Cast(_file.Node("Greater", [tokens, zero]), Number()),
            _ => _file.Node("Where", [_file.Node("Equal", [tokens, zero]), _file.Integers(0), _file.Integers(1)]),
        };
        return (_file.Node("Gather", [_file.Floats(Reals(Words * 4), Words, 4), tokens]), mask);
    }

    private Google.Protobuf.ByteString Zero() => Google.Protobuf.ByteString.CopyFrom(new byte[_file.Graph.Input[0].Type.TensorType.ElemType == (int)DataType.Int64 ? 8 : 4]);

    private (string X, string Mask) OfFeatures(string x)
    {
        string size = _random.Next(3) switch
        {
            0 => _file.Reduce("ReduceMax", _file.Node("Abs", [x]), false, 2),
            1 => _file.Reduce("ReduceSum", _file.Node("Abs", [x]), false, -1),
            _ => _file.Reduce("ReduceSum", _file.Node("Mul", [x, x]), false, 2),
        };
        string mask = _random.Next(3) switch
        {
            0 => _file.Node("Sign", [size]),
            1 => _file.Cast(_file.Node("Greater", [size, _file.Floats([0])]), Number()),
            _ => _file.Cast(_file.Cast(size, DataType.Bool), Number()),
        };
        return (x, mask);
    }

    // How many timesteps count, [B].
    private string Count(string mask)
    {
        int form = _random.Next(8);
        Note($"count {form}");
        string floats = _file.Cast(mask, DataType.Float);
        string count = form switch
        {
            0 => _file.Reduce("ReduceSum", _file.Cast(mask, Number()), false, _time),
            1 => _file.Reduce("ReduceSum", mask, false, _time - 2),
            2 => _file.Reduce("ReduceMax", _file.Node("CumSum", [floats, _file.Integer(_time)]), false, _time),
            // The place of the last timestep that counts, and one more.
            3 => _file.Reduce("ReduceMax", _file.Node("Mul", [Places(floats), floats]), false, _time),
            4 => _file.Squeeze(_file.Reduce("ReduceSum", floats, true, _time), _time),
            // Which the native engine does not do.
            5 => _file.Unsqueeze(_file.Node("Size", [_file.Node("NonZero", [_file.Squeeze(mask, 1 - _time)])]), 0),
            6 => _file.Node("Sub", [_file.Cast(Length(mask), DataType.Float), _file.Reduce("ReduceSum", _file.Node("Sub", [_file.Floats([1]), floats]), false, _time)]),
            _ => _file.Node("Gather", [_file.Node("CumSum", [floats, _file.Integer(_time)]), _file.Integer(-1)], ("axis", _time)),
        };
        return Chance(0.3) ? _file.Node("Max", [_file.Cast(count, DataType.Float), _file.Floats([1])]) : count;
    }

    // 1, 2, 3, … along time.
    private string Places(string floats) =>
        _file.Node("CumSum", [_file.Node("Add", [_file.Node("Mul", [floats, _file.Floats([0])]), _file.Floats([1])]), _file.Integer(_time)]);

    private string Length(string x) => _file.Node("Gather", [_file.Node("Shape", [x]), _file.Integer(_time)], ("axis", 0));

    private string Meet(string x, string count)
    {
        int form = _random.Next(3);
        Note($"meets every timestep {form}");
        return form switch
        {
            0 => _file.Node("Sub", [x, _file.Reduce("ReduceMean", x, true, _time)]),
            1 => _file.Node("Div", [x, _file.Node("Add", [_file.Reduce("ReduceMax", _file.Node("Abs", [x]), true, _time), _file.Floats([1])])]),
            _ => _file.Node("Mul", [x, _file.Node("Reciprocal", [_file.Node("Add", [_file.Unsqueeze(_file.Unsqueeze(_file.Cast(count, DataType.Float), 1), _time == 0 ? 0 : 2), _file.Floats([1])])])]),
        };
    }

    private RecurrentLayer Cell(string x, string lens, int input)
    {
        string kind = Pick("LSTM", "GRU", "RNN");
        string direction = Pick("forward", "forward", "reverse", "bidirectional");
        int hidden = _random.Next(1, 6);
        int directions = direction == "bidirectional" ? 2 : 1;
        int rows = hidden * kind switch { "LSTM" => 4, "GRU" => 3, _ => 1 };
        bool hasCell = kind == "LSTM";
        Note(kind, direction);
        string state(string name)
        {
            States[name] = [directions, 1, hidden];
            return _file.Input(name, $"{directions} B {hidden}");
        }
        string[] initial = !HasState ? ["", ""] : [state("h0"), hasCell ? state("c0") : ""];
        string[] y = _file.Nodes(kind, hasCell ? [true, true, true] : [true, true],
            [
                x,
                _file.Floats(Reals(directions * rows * input), directions, rows, input),
                _file.Floats(Reals(directions * rows * hidden), directions, rows, hidden),
                Chance(0.5) ? "" : _file.Floats(Reals(directions * 2 * rows), directions, 2 * rows),
                lens,
                .. initial,
            ],
            ("hidden_size", hidden), ("direction", direction));
        if (HasState)
        {
            _file.Output(y[1], $"{directions} B {hidden}", "hn");
            if (hasCell)
            {
                _file.Output(y[2], $"{directions} B {hidden}", "cn");
            }
        }
        string turned = _file.Transpose(y[0], 0, 2, 1, 3);
        return new RecurrentLayer { Sequence = _file.Reshaped(turned, 0, 0, directions * hidden), End = y[1], Size = directions * hidden, Directions = directions, Hidden = hidden };
    }

    private void Head(RecurrentLayer last, string mask, string count)
    {
        string byBatch = _file.Transpose(last.Sequence, 1, 0, 2);
        string ofBatch = _time == 0 ? _file.Transpose(mask, 1, 0) : mask;
        string weights = _file.Unsqueeze(_file.Cast(ofBatch, DataType.Float), 2);
        int form = _random.Next(5);
        Note($"head {form}");
        switch (form)
        {
            case 0:
                _file.Output(last.Sequence, $"T B {last.Size}", "y");
                break;
            case 1:
                _file.Output(_file.Reshaped(_file.Transpose(last.End, 1, 0, 2), 0, last.Size), $"B {last.Size}", "y");
                break;
            case 2:
                // The mean of the timesteps that count.
                string sum = _file.Reduce("ReduceSum", _file.Node("Mul", [byBatch, weights]), false, 1);
                _file.Output(_file.Node("Div", [sum, _file.Node("Add", [_file.Unsqueeze(_file.Cast(count, DataType.Float), 1), _file.Floats([1])])]), $"B {last.Size}", "y");
                break;
            case 3:
                _file.Output(_file.Node("MatMul", [byBatch, _file.Floats(Reals(last.Size * 2), last.Size, 2)]), "B T 2", "y");
                break;
            default:
                _file.Output(_file.Node("Mul", [byBatch, _file.Unsqueeze(_file.Cast(count, DataType.Float), 1, 2)]), $"B T {last.Size}", "y");
                break;
        }
    }

    private DataType Number() => Pick(DataType.Float, DataType.Int32, DataType.Int64);

    private void Note(params string[] what) => _notes.AddRange(what);

    private T Pick<T>(params ReadOnlySpan<T> options) => options[_random.Next(options.Length)];

    private bool Chance(double probability) => _random.NextDouble() < probability;

    private float Real(double bound) => (float)(((_random.NextDouble() * 2) - 1) * bound);

    private float[] Reals(int count) => [.. Enumerable.Range(0, count).Select(_ => Real(1))];

    private readonly record struct RecurrentLayer
    {
        public string Sequence { get; init; }

        public string End { get; init; }

        public int Size { get; init; }

        public int Directions { get; init; }

        public int Hidden { get; init; }
    }
}
