using DataType = Lstm.Engine.Onnx.Schema.TensorProto.Types.DataType;

namespace Lstm.OnnxRuntime.Tests.RandomGraphs;

/// <summary>A recurrent graph put together at random: inputs, layers, heads, states, all of it supported.</summary>
internal sealed class RandomGraph
{
    private readonly GraphDraw _draw;

    private RandomGraph(int seed, bool forPeer)
    {
        Seed = seed;
        _draw = new GraphDraw(seed, forPeer);
        var head = new RandomHead(_draw);
        GraphValue x = new RandomInputs(_draw, head, Inputs).Add();
        (string Kind, int Hidden)[] layers = RandomRecurrent.Plan(_draw);
        int[] planned = [.. layers.SelectMany(static l => l.Kind == "LSTM" ? (int[])[l.Hidden, l.Hidden] : [l.Hidden])];
        var states = new RandomStates(_draw, planned, x);
        var recurrent = new RandomRecurrent(_draw, states);
        GraphValue? every = head.Walk(x, 2);
        for (int n = 0; n < layers.Length && every is not null; n++)
        {
            GraphValue input = head.Flat(every);
            every = recurrent.Add(input, layers[n].Kind, layers[n].Hidden, mayEnd: n == layers.Length - 1);
            if (every is not null && _draw.Chance(0.4))
            {
                every = head.Walk(_draw.Chance(0.5) ? head.Join(every, input) : every, 2);
            }
        }
        AddOutputs(head, every, [.. recurrent.Last], states.Pairs.Count > 0);
        states.Finish(recurrent.Next);
        States = states.Pairs;
        CanGoOn = states.IsComplete && !_draw.IsWhole && !_draw.RemembersTime;
        PeerDiffers = _draw.PeerDiffers;
    }

    public int Seed { get; }

    public List<GraphInput> Inputs { get; } = [];

    public List<GraphValue> Outputs { get; } = [];

    public IReadOnlyList<GraphState> States { get; }

    /// <summary>Whether another run can start where one ended.</summary>
    public bool CanGoOn { get; }

    /// <summary>Whether ONNX Runtime needs another form of it: that which <see cref="Draw"/> gives for the peer.</summary>
    public bool PeerDiffers { get; }

    /// <summary>T where the file holds it.</summary>
    public int? Length => _draw.Length;

    public GraphBatch Batch => _draw.Batch;

    /// <summary>Whether layers may run backward, so that only whole sequences can be run.</summary>
    public bool IsWhole => _draw.IsWhole;

    /// <summary>The leading axes of the inputs.</summary>
    public GraphLayout Layout => _draw.Layout;

    public static RandomGraph Draw(int seed, bool forPeer = false) => new(seed, forPeer);

    public string Write(string path) => _draw.File.Write(path);

    public override string ToString() => $"graph {Seed}: {string.Join("; ", _draw.Notes)}";

    private void AddOutputs(RandomHead head, GraphValue? every, List<GraphValue> last, bool handsOut)
    {
        if (every is not null && (last.Count == 0 || _draw.Chance(0.8)))
        {
            for (int n = _draw.Pick(1, 1, 1, 2, 3); n > 0; n--)
            {
                if (_draw.Chance(0.2))
                {
                    last.Add(head.Collapse(every));
                    continue;
                }
                AddOutput(head.Walk(every, 4));
            }
        }
        foreach (GraphValue value in last)
        {
            // New state that is handed out as it is would be taken for the answer to a state input.
            GraphValue y = head.Walk(_draw.Chance(0.3) ? head.Join(value, last[0]) : value, 3);
            AddOutput(handsOut ? head.Curve(y) : y);
        }
    }

    private void AddOutput(GraphValue y)
    {
        string name = $"y{Outputs.Count}";
        string batch = _draw.Batch == GraphBatch.Open ? "B" : "1";
        if (_draw.Batch == GraphBatch.None && _draw.Chance(0.5))
        {
            y = y.Named(_draw.File.Squeeze(y.Name, y.Batch));
            batch = "";
        }
        Outputs.Add(y.Named(_draw.File.Output(y.Name, y.Shape.Replace("T", _draw.Length?.ToString() ?? "T").Replace("B", batch), name)));
        _draw.Note($"{name} {y.Layout} [{string.Join(", ", y.Features)}]");
    }
}

/// <summary>An input of a random graph.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Its element type.</param>
/// <param name="Features">Lengths of the axes of features.</param>
/// <param name="Tokens">Tokens go from 0 to below this; 0 for real numbers.</param>
internal sealed record GraphInput(string Name, DataType Type, int[] Features, int Tokens)
{
    public int Size => Features.Aggregate(1, static (product, n) => product * n);
}
