using Lstm.Tests.Shared.Onnx;

namespace Lstm.OnnxRuntime.Tests.RandomGraphs;

/// <summary>
/// Where the states of a random graph's layers start: hidden in the graph (absent, zero, a constant, computed from the shape of the input),
/// or as inputs that outputs answer, one by one or packed.
/// </summary>
internal sealed class RandomStates
{
    private readonly GraphDraw _draw;
    private readonly StateForm _form;
    private readonly List<Slot> _slots = [];
    private readonly string _reference;
    private readonly int _referenceBatch;
    private string? _container;

    /// <summary>Draws the form of the states.</summary>
    /// <param name="draw">The graph.</param>
    /// <param name="planned">Hidden size of each state, layer by layer, h before c.</param>
    /// <param name="reference">A value that has the batch on an axis.</param>
    public RandomStates(GraphDraw draw, int[] planned, GraphValue reference)
    {
        _draw = draw;
        (_reference, _referenceBatch) = (reference.Name, reference.Batch);
        bool same = planned.Distinct().Count() == 1;
        _form = draw.IsWhole || draw.Chance(0.5) ? StateForm.Hidden
            : draw.Pick(same ? Enum.GetValues<StateForm>() : [StateForm.Hidden, StateForm.Each, StateForm.EachFlat, StateForm.EachBatchFirst, StateForm.Features]);
        draw.Note($"states {_form}");
        int[] places = [.. Enumerable.Range(0, planned.Length)];
        draw.Shuffle(places);
        Places = places;
        Sizes = planned;
        _container = _form switch
        {
            StateForm.Rows => Input($"{planned.Length} B {planned[0]}", [planned.Length, -1, planned[0]]),
            StateForm.Columns => Input($"B {planned.Length} {planned[0]}", [-1, planned.Length, planned[0]]),
            StateForm.Features => Input($"B {planned.Sum()}", [-1, planned.Sum()]),
            StateForm.Deep => Input($"{planned.Length} 1 B {planned[0]}", [planned.Length, 1, -1, planned[0]]),
            _ => null,
        };
    }

    /// <summary>Pairs of state inputs and outputs.</summary>
    public List<GraphState> Pairs { get; } = [];

    /// <summary>Whether all states are handed out, so that another run can go on from there.</summary>
    public bool IsComplete => _slots.TrueForAll(static s => !s.Hidden);

    // Which row of a packed state each state has.
    private int[] Places { get; }

    private int[] Sizes { get; }

    private OnnxBuilder File => _draw.File;

    /// <summary>The start of the next state, [1, B, H], or "".</summary>
    public string Next()
    {
        int number = _slots.Count;
        int size = Sizes[number];
        // A graph that hands some of its states out may keep others.
        bool hidden = _form == StateForm.Hidden || (_container is null && _draw.Chance(0.05));
        var slot = new Slot(hidden, hidden ? -1 : Pairs.Count);
        _slots.Add(slot);
        int place = Places[number];
        if (hidden)
        {
            return _draw.IsWhole ? "" : Hidden(size);
        }
        switch (_form)
        {
            case StateForm.Each:
                return Input($"1 B {size}", [1, -1, size]);
            case StateForm.EachFlat:
                return File.Unsqueeze(Input($"B {size}", [-1, size]), 0);
            case StateForm.EachBatchFirst:
                return File.Transpose(Input($"B 1 {size}", [-1, 1, size]), 1, 0, 2);
            case StateForm.Rows:
                return Row(_container ?? "", place, 0);
            case StateForm.Columns:
                return File.Transpose(Row(_container ?? "", place, 1), 1, 0, 2);
            case StateForm.Deep:
                return _draw.Chance(0.5) ? File.Squeeze(Row(_container ?? "", place, 0), 0) : File.Node("Gather", [_container ?? "", File.Integer(place)], ("axis", 0));
            default:
                int first = FirstFeature(number);
                return File.Unsqueeze(File.Slice(_container ?? "", [1], [first], [first + size]), 0);
        }
    }

    /// <summary>Whether the next state is a graph input, so that its new value must be handed out.</summary>
    public bool IsHandedOut(int number) => !_slots[number].Hidden;

    /// <summary>Hands the new values out: outputs that answer the inputs.</summary>
    /// <param name="next">The new value of each state, [1, B, H]; "" where it is hidden.</param>
    public void Finish(IReadOnlyList<string> next)
    {
        int[] inPlace = [.. Enumerable.Range(0, Sizes.Length).OrderBy(n => Places[n])];
        string[] rows = _form is StateForm.Hidden ? [] : [.. inPlace.Select(n => next[n])];
        switch (_form)
        {
            case StateForm.Hidden:
                break;
            case StateForm.Rows:
                Output(0, Join(rows, 0));
                break;
            case StateForm.Columns:
                Output(0, _draw.Chance(0.5) ? File.Transpose(Join(rows, 0), 1, 0, 2) : Join([.. rows.Select(r => File.Transpose(r, 1, 0, 2))], 1));
                break;
            case StateForm.Deep:
                Output(0, _draw.Chance(0.5) ? File.Unsqueeze(Join(rows, 0), 1) : Join([.. rows.Select(r => File.Unsqueeze(r, 0))], 0));
                break;
            case StateForm.Features:
                Output(0, _draw.Chance(0.5) ? File.Squeeze(Join(rows, 2), 0) : Join([.. rows.Select(r => File.Squeeze(r, 0))], 1));
                break;
            default:
                int[] order = [.. Enumerable.Range(0, _slots.Count).Where(n => !_slots[n].Hidden)];
                _draw.Shuffle(order);
                foreach (int n in order)
                {
                    Output(_slots[n].Pair, _form switch
                    {
                        StateForm.Each => _draw.Chance(0.8) ? next[n] : File.Node("Identity", [next[n]]),
                        StateForm.EachFlat => _draw.Chance(0.5) ? File.Squeeze(next[n], 0) : File.Reshaped(next[n], -1, Sizes[n]),
                        _ => File.Transpose(next[n], 1, 0, 2),
                    });
                }
                break;
        }
    }

    private int FirstFeature(int number) => Enumerable.Range(0, Sizes.Length).Where(n => Places[n] < Places[number]).Sum(n => Sizes[n]);

    private string Input(string shape, int[] sizes)
    {
        string name = $"state{Pairs.Count}";
        Pairs.Add(new GraphState(name, $"next{Pairs.Count}", sizes));
        return File.Input(name, _draw.Batch == GraphBatch.Open ? shape : shape.Replace('B', '1'));
    }

    private void Output(int pair, string value) =>
        File.Output(value, string.Join(' ', Pairs[pair].Shape.Select(n => n >= 0 ? $"{n}" : _draw.Batch == GraphBatch.Open ? "B" : "1")), Pairs[pair].Output);

    private string Join(string[] values, int axis) => values.Length == 1 && _draw.Chance(0.5) ? values[0] : File.Node("Concat", values, ("axis", axis));

    private string Row(string container, int place, int axis) => _draw.Number(0, 2) switch
    {
        0 => File.Slice(container, [axis], [place], [place + 1]),
        1 => File.Node("Gather", [container, File.Integers(place)], ("axis", axis)),
        _ => File.Unsqueeze(File.Node("Gather", [container, File.Integer(place)], ("axis", axis)), axis),
    };

    private string Hidden(int size)
    {
        float start = _draw.Chance(0.5) ? 0 : _draw.Real(-1, 1);
        switch (_draw.Number(0, 5))
        {
            case 0 when _draw.Opset >= 9:
                return File.Node("ConstantOfShape", [Shape(1, size)], ("value", OnnxTensor.Of(Engine.Onnx.Schema.TensorProto.Types.DataType.Float, [start], 1)));
            case 1 when _draw.Opset >= 9:
                string flat = File.Node("Concat", [BatchSize(), File.Integers(size)], ("axis", 0));
                return File.Unsqueeze(File.Node("ConstantOfShape", [flat]), 0);
            case 2 when _draw.Opset >= 8:
                return File.Node("Expand", [_draw.Weights(_draw.Reals(size, 1), 1, 1, size), Shape(1, size)]);
            case 3 when _draw.Batch != GraphBatch.Open:
                return _draw.Weights(_draw.Reals(size, 1), 1, 1, size);
            case 4 when _draw.Batch != GraphBatch.Open:
                return File.Floats(new float[size], 1, 1, size);
            default:
                return "";
        }
    }

    private string Shape(int first, int size) => File.Node("Concat", [File.Integers(first), BatchSize(), File.Integers(size)], ("axis", 0));

    private string BatchSize()
    {
        if (_draw.Opset >= 15 && _draw.Chance(0.3))
        {
            return File.Node("Shape", [_reference], ("start", _referenceBatch), ("end", _referenceBatch + 1));
        }
        string shape = File.Node("Shape", [_reference]);
        return _draw.Number(0, 2) switch
        {
            0 => File.Node("Gather", [shape, File.Integers(_referenceBatch)], ("axis", 0)),
            1 => File.Unsqueeze(File.Node("Gather", [shape, File.Integer(_referenceBatch)]), 0),
            _ => File.Slice(shape, [0], [_referenceBatch], [_referenceBatch + 1]),
        };
    }

    private sealed record Slot(bool Hidden, int Pair);
}
