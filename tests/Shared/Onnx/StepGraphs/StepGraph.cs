using Lstm.Engine.Onnx.Schema;
using DataType = Lstm.Engine.Onnx.Schema.TensorProto.Types.DataType;

namespace Lstm.Tests.Shared.Onnx.StepGraphs;

/// <summary>
/// A network that does one timestep a run, with its cell in plain operators. Its author knows which inputs are states, and whether
/// the graph and the names together leave another reading.
/// </summary>
internal sealed class StepGraph
{
    private readonly StepChoice _choice;
    private readonly OnnxBuilder _file = new(17);
    private readonly StepLayers _layers;
    private readonly StepCells _cells;
    private readonly int _inputs;
    private readonly int _size;
    private readonly string _batch;
    private readonly Wrap _wrap;
    private readonly List<(string Input, string Output)> _pairs = [];

    /// <summary>Draws it.</summary>
    public StepGraph(StepChoice choice)
    {
        _choice = choice;
        var random = new Random(choice.Seed);
        _layers = new StepLayers(_file, random);
        _cells = new StepCells(_layers);
        _size = 6;
        _inputs = choice.IsSquare ? 6 : choice.Head == StepHead.DeepAr ? 1 : 4;
        _batch = random.Next(3) switch { 0 => "B", 1 => "1", _ => choice.Extra == StepExtra.Counter ? "B" : "?" };
        _wrap = random.Next(2) == 0 ? Wrap.None : (Wrap)random.Next(5);
        _wrap = _wrap == Wrap.Transposed && _batch == "?" ? Wrap.Copied : _wrap;
        Build();
        Dictionary<string, string> names = StepNaming.Rename(_file.Model, choice.Names, random);
        Pairs = [.. _pairs.Select(p => (names[p.Input], names[p.Output]))];
        Shuffle(_file.Graph.Input, random);
        Shuffle(_file.Graph.Output, random);
    }

    private enum Wrap
    {
        None, Layer, Reshaped, Transposed, Copied,
    }

    /// <summary>The file.</summary>
    public OnnxBuilder File => _file;

    /// <summary>The states as its author means them.</summary>
    public IReadOnlyList<(string Input, string Output)> Pairs { get; }

    /// <summary>Whether it swaps with another model of the same graph when names are swapped: no one can tell the two apart.</summary>
    public bool IsItsOwnTwin => _choice.Names == StepNames.Misleading && (IsSymmetric || HasTwoReadings);

    /// <summary>Whether x and h go the same ways.</summary>
    public bool IsSymmetric => _choice.IsSquare && !ReadsXBesideState && (IsRnn || IsLstm);

    /// <summary>Whether the graph alone leaves one reading, as its author sees it; names that help always do.</summary>
    public bool HasOneReading => _choice.Names == StepNames.Helpful || (!IsSymmetric && !HasTwoReadings && (_choice.Names == StepNames.Absent || HasShapesOfItsOwn));

    // No other output has the shape of a state that only products lead to.
    private bool HasShapesOfItsOwn => !_choice.IsSquare && _choice.Cell is not (StepCell.TwoRnn or StepCell.TwoLstm or StepCell.TwoLstmResidual)
        && _choice.Head is not (StepHead.StateMask or StepHead.Same) && _choice.Extra != StepExtra.GateOutput;

    private bool IsRnn => _choice.Cell is StepCell.Rnn or StepCell.RnnRelu or StepCell.RnnNorm or StepCell.TwoRnn;

    private bool IsLstm => _choice.Cell is StepCell.Lstm or StepCell.LstmSeparateGates or StepCell.LstmPeephole or StepCell.LstmNorm or StepCell.LstmNormOfCell or StepCell.LstmClipped
        or StepCell.LstmProjected or StepCell.LstmCoupledGates or StepCell.TwoLstm or StepCell.TwoLstmResidual;

    private bool ReadsXBesideState => IsSum || _choice.Head is StepHead.Mask or StepHead.PlainMask or StepHead.Gate or StepHead.Joined or StepHead.StateMask or StepHead.OfCell;

    private bool IsSum => _choice.Head is StepHead.Residual or StepHead.PlainResidual or StepHead.ScaledResidual or StepHead.NormedResidual or StepHead.Highway;

    private bool IsMask => _choice.Head is StepHead.Mask or StepHead.PlainMask;

    private bool HasMoreData => _choice.Extra is StepExtra.Covariates or StepExtra.CovariatesAndOutput or StepExtra.TimeDifference or StepExtra.HeadInput or StepExtra.Noise or StepExtra.SecondX or StepExtra.ScaleInput || _choice.Head == StepHead.DeepAr;

    // What an honest reader cannot tell without names: a residual beside more data may be a state that the cell moves; in a plain RNN of
    // equal widths either may; of two equal outputs either; and y may be fed back where it stands behind nothing but h'.
    private bool HasTwoReadings => ((IsSum || (IsMask && _choice.Extra == StepExtra.HeadInput)) && (HasMoreData || (_choice.IsSquare && IsRnn)))
        || _choice.Head is StepHead.Same
        || (_choice.Extra == StepExtra.JoinedStates && _choice.Cell == StepCell.LstmPacked)
        || (_choice.Extra == StepExtra.SecondX && _choice.IsSquare && (IsRnn || IsLstm))
        || (_choice.Head == StepHead.OfCell && _choice.Cell == StepCell.LstmProjected)
        || (_choice.Extra == StepExtra.Noise && _choice.Head != StepHead.StatesOnly)
        || (_choice.Head == StepHead.StatesOnly && _choice.Extra is not (StepExtra.Output or StepExtra.Logits or StepExtra.CovariatesAndOutput) && !IsLstm)
        || (_choice.Head == StepHead.StatesOnly && IsRnn);

    private void Build()
    {
        string x = _file.Input("x", $"{_batch} {_inputs}");
        string fed = x;
        int width = _inputs;
        string cov = "";
        if (_choice.Head == StepHead.DeepAr || _choice.Extra is StepExtra.Covariates or StepExtra.CovariatesAndOutput)
        {
            cov = _file.Input("covariates", $"{_batch} 3");
            fed = _file.Node("Concat", [x, cov], ("axis", -1));
            width += 3;
        }
        if (_choice.Extra == StepExtra.SecondX)
        {
            fed = _file.Node("Concat", [_file.Input("second", $"{_batch} {_inputs}"), fed], ("axis", -1));
            width += _inputs;
        }
        if (_choice.Extra == StepExtra.TimeDifference)
        {
            fed = _file.Node("Concat", [fed, _file.Input("dt", $"{_batch} 1")], ("axis", -1));
            width++;
        }
        (string h, string c) = AddCells(fed, width);
        AddExtra(h, c);
        AddHead(x, h, c);
    }

    private (string H, string C) AddCells(string x, int width)
    {
        StepCell cell = _choice.Cell;
        bool isTwo = cell >= StepCell.TwoLstm;
        (string h, string c) = AddCell(x, width, isTwo ? "1" : "");
        if (isTwo)
        {
            string fed = cell is StepCell.TwoGruResidual or StepCell.TwoLstmResidual ? _layers.Op("Add", h, _layers.Linear(x, width, _size)) : h;
            (h, c) = AddCell(fed, _size, "2");
        }
        return (h, c);
    }

    private (string H, string C) AddCell(string x, int width, string layer)
    {
        string axes = $"{_batch} {_size}";
        switch (_choice.Cell)
        {
            case StepCell.LstmPacked:
            {
                string state = _file.Input("s", $"{_batch} {2 * _size}");
                string[] parts = _file.Split(state, -1, _size, _size);
                (string h, string c) = _cells.Lstm(StepCell.Lstm, x, width, parts[0], parts[1], _size, _size);
                Close("s", _file.Node("Concat", [h, c], ("axis", -1)), $"{_batch} {2 * _size}");
                return (h, c);
            }
            case StepCell.LstmStackedTensor:
            {
                string state = _file.Input("s", $"2 {_batch} {_size}");
                string[] parts = [.. Enumerable.Range(0, 2).Select(n => _file.Squeeze(_file.Slice(state, [0], [n], [n + 1]), 0))];
                (string h, string c) = _cells.Lstm(StepCell.Lstm, x, width, parts[0], parts[1], _size, _size);
                Close("s", _file.Node("Concat", [_file.Unsqueeze(h, 0), _file.Unsqueeze(c, 0)], ("axis", 0)), $"2 {_batch} {_size}");
                return (h, c);
            }
            case StepCell.LstmProjected:
            {
                int projected = _choice.IsSquare ? _size : 5;
                (string h, string c) = _cells.Lstm(StepCell.Lstm, x, width, _file.Input("h", $"{_batch} {projected}"), _file.Input("c", axes), projected, _size);
                return (Close("h", _layers.Linear(h, _size, projected, false), $"{_batch} {projected}"), Close("c", c, axes));
            }
            case StepCell.Gru or StepCell.GruDifference or StepCell.GruNorm or StepCell.MinimalGru or StepCell.TwoGru or StepCell.TwoGruResidual:
                return (Close($"h{layer}", _cells.Gru(_choice.Cell, x, width, Open($"h{layer}"), _size), axes), "");
            case StepCell.Rnn or StepCell.RnnRelu or StepCell.RnnNorm or StepCell.Leaky or StepCell.TwoRnn:
                return (Close($"h{layer}", _cells.Rnn(_choice.Cell, x, width, Open($"h{layer}"), _size), axes), "");
            default:
            {
                (string h, string c) = _cells.Lstm(_choice.Cell, x, width, Open($"h{layer}"), Open($"c{layer}"), _size, _size);
                return (Close($"h{layer}", h, axes), Close($"c{layer}", c, axes));
            }
        }
    }

    // States of recurrent nodes have an axis of layers, and some exporters leave it; others move axes, or copy.
    private string Open(string name) => _wrap switch
    {
        Wrap.Layer => _file.Squeeze(_file.Input(name, $"1 {_batch} {_size}"), 0),
        Wrap.Reshaped => _file.Reshaped(_file.Input(name, $"{_batch} 2 {_size / 2}"), -1, _size),
        Wrap.Transposed => _file.Transpose(_file.Input(name, $"{_size} {_batch}"), 1, 0),
        Wrap.Copied => _file.Node("Identity", [_file.Input(name, $"{_batch} {_size}")]),
        _ => _file.Input(name, $"{_batch} {_size}"),
    };

    private string Close(string input, string value, string axes, DataType type = DataType.Float)
    {
        if (_wrap != Wrap.None && axes == $"{_batch} {_size}" && input[0] is 'h' or 'c' && _file.Graph.Input.First(i => i.Name == input).Type.TensorType.Shape.Dim.Count is var rank && (rank == 3 || _wrap != Wrap.Layer))
        {
            (string moved, string shape) = _wrap switch
            {
                Wrap.Layer => (_file.Unsqueeze(value, 0), $"1 {_batch} {_size}"),
                Wrap.Reshaped when rank == 3 => (_file.Reshaped(value, -1, 2, _size / 2), $"{_batch} 2 {_size / 2}"),
                Wrap.Transposed when _choice.Cell != StepCell.LstmProjected => (_file.Transpose(value, 1, 0), $"{_size} {_batch}"),
                _ => (_file.Node("Identity", [value]), axes),
            };
            _pairs.Add((input, _file.Output(moved, shape, $"{input}_next", type)));
            return value;
        }
        string name = _file.Output(value, axes, $"{input}_next", type);
        _pairs.Add((input, name));
        return name;
    }

    private void AddExtra(string h, string c)
    {
        int size = WidthOf();
        switch (_choice.Extra)
        {
            case StepExtra.Output or StepExtra.CovariatesAndOutput:
                _file.Output(_layers.Sigmoid(_layers.Linear(h, size, 1)), $"{_batch} 1", "vad");
                break;
            case StepExtra.Logits:
                _file.Output(_layers.Linear(h, size, _inputs), $"{_batch} {_inputs}", "logits");
                break;
            case StepExtra.GateOutput when _cells.Gate.Length > 0:
                _file.Output(_cells.Gate, $"{_batch} {_size}", "gate");
                break;
            case StepExtra.JoinedStates:
                _file.Output(_file.Node("Concat", [h, c.Length > 0 ? c : h], ("axis", -1)), $"{_batch} {size + (c.Length > 0 ? _size : size)}", "features");
                break;
            case StepExtra.Counter:
                string count = _file.Input("n", $"{_batch} 1", DataType.Int64);
                Close("n", _layers.Op("Add", count, _file.Integer(1)), $"{_batch} 1", DataType.Int64);
                break;
        }
    }

    private void AddHead(string x, string h, string c)
    {
        int size = WidthOf();
        string Wide(string value, int width) => width == _inputs ? value : _layers.Linear(value, width, _inputs);
        string v = _choice.Head switch
        {
            StepHead.StatesOnly => "",
            StepHead.Same => _file.Node("Identity", [h]),
            StepHead.Linear or StepHead.DeepAr => _layers.Linear(h, size, _inputs),
            StepHead.LinearTanh => _layers.Tanh(_layers.Linear(h, size, _inputs)),
            StepHead.Hidden => _layers.Linear(_layers.Op("Relu", _layers.Linear(h, size, 7)), 7, _inputs),
            StepHead.Residual => Sum(x, _layers.Linear(h, size, _inputs)),
            StepHead.PlainResidual => Sum(x, Wide(h, size)),
            StepHead.ScaledResidual => _layers.Op("Mul", Sum(x, _layers.Linear(h, size, _inputs)), _file.Floats([0.7f])),
            StepHead.NormedResidual => _layers.Norm(Sum(x, _layers.Linear(h, size, _inputs)), _inputs),
            StepHead.Mask => _layers.Op("Mul", x, _layers.Sigmoid(_layers.Linear(h, size, _inputs))),
            StepHead.PlainMask => _layers.Op("Mul", _layers.Sigmoid(Wide(h, size)), x),
            StepHead.Gate => _layers.Op("Mul", _layers.Sigmoid(_layers.Linear(x, _inputs, _inputs)), _layers.Linear(h, size, _inputs)),
            StepHead.Highway => Highway(x, _layers.Linear(h, size, _inputs)),
            StepHead.Joined => _layers.Linear(_file.Node("Concat", [h, x], ("axis", -1)), size + _inputs, _inputs),
            StepHead.StateMask => _layers.Op("Mul", h, _layers.Sigmoid(_layers.Linear(x, _inputs, size))),
            StepHead.OfCell => _layers.Op("Add", _layers.Linear(c.Length > 0 ? c : h, c.Length > 0 ? _size : size, _inputs), _layers.Linear(x, _inputs, _inputs)),
            _ => throw new InvalidOperationException(),
        };
        if (v.Length == 0)
        {
            return;
        }
        int width = _choice.Head is StepHead.Same or StepHead.StateMask ? size : _inputs;
        v = _choice.Extra switch
        {
            StepExtra.BranchInput => _layers.Op("Mul", v, Branch()),
            StepExtra.ScaleInput => _layers.Op("Mul", v, _file.Input("scale", $"{_batch} 1")),
            StepExtra.Noise => Sum(v, _file.Input("noise", $"{_batch} {width}")),
            StepExtra.HeadInput => _layers.Op("Add", v, _layers.Linear(_file.Input("speaker", $"{_batch} 3"), 3, width)),
            _ => v,
        };
        _file.Output(v, $"{_batch} {width}", "y");
        if (_choice.Head == StepHead.DeepAr)
        {
            _file.Output(_layers.Op("Softplus", _layers.Linear(h, size, _inputs)), $"{_batch} {_inputs}", "sigma");
        }
    }

    // 1 at 16 kHz and 0.5 at any other rate.
    private string Branch() => _layers.Op("Add", _layers.Op("Mul", _file.Cast(_layers.Op("Equal", _file.Input("sr", "", DataType.Int64), _file.Integer(16000)), DataType.Float), _file.Floats([0.5f])), _file.Floats([0.5f]));

    private string Highway(string x, string v)
    {
        string t = _layers.Sigmoid(_layers.Linear(x, _inputs, _inputs));
        return _layers.Op("Add", _layers.Op("Mul", t, x), _layers.Op("Mul", _layers.OneMinus(t), v));
    }

    private string Sum(string a, string b) => _layers.Random.Next(2) == 0 ? _layers.Op("Add", a, b) : _layers.Op("Add", b, a);

    private int WidthOf() => _choice.Cell == StepCell.LstmProjected && !_choice.IsSquare ? 5 : _size;

    private static void Shuffle(Google.Protobuf.Collections.RepeatedField<ValueInfoProto> values, Random random)
    {
        ValueInfoProto[] all = [.. values];
        random.Shuffle(all);
        values.Clear();
        values.Add(all);
    }
}
