using Lstm.Tests.Shared.Onnx;

namespace Lstm.Models.Tests.Axes;

/// <summary>A random graph whose axes are known: a recurrence over time, in a layout, with names that help or do not, and with axes open or fixed.</summary>
internal sealed class AxisGraph
{
    private const int Hidden = 5;
    private readonly Random _random;
    private readonly List<Input> _inputs = [];
    private readonly List<string> _notes = [];

    private AxisGraph(int seed)
    {
        _random = new Random(seed);
        File = new OnnxBuilder(17);
        Build();
    }

    /// <summary>The file.</summary>
    public OnnxBuilder File { get; }

    /// <summary>Its inputs.</summary>
    public IReadOnlyList<Input> Inputs => _inputs;

    /// <summary>T, where the file fixes it.</summary>
    public int? Length { get; private set; }

    /// <summary>What was drawn; the first word is the class that counts are kept of.</summary>
    public string Notes => string.Join(", ", _notes);

    /// <summary>Draws a graph.</summary>
    public static AxisGraph Create(int seed) => new(seed);

    private void Build()
    {
        var layout = Pick("TBI", "BTI", "BTI", "BCT", "window");
        int features = _random.Next(2, 5);
        var fixesLength = layout == "window" || _random.Next(3) == 0;
        Length = fixesLength ? _random.Next(5, 8) : null;
        // A file that fixes all but the batch, one that fixes the batch at 1, or all open.
        var fixesBatch = !fixesLength && _random.Next(4) == 0;
        var opensFeatures = layout is "TBI" or "BTI" && !fixesLength && _random.Next(5) == 0;
        var names = Pick("helpful", "unhelpful", "misleading", "absent");
        var unrolled = fixesLength && layout is "BTI" or "TBI" && _random.Next(2) == 0;
        var foreign = Pick("", "", "Einsum", "QuickGelu");
        _notes.AddRange([layout, fixesLength ? $"T = {Length}" : "T open", fixesBatch ? "B = 1" : "B open", opensFeatures ? "features open" : "features fixed", $"names {names}", unrolled ? "unrolled" : "node", foreign.Length > 0 ? $"with {foreign}" : "plain"]);
        (string t, string b, string f) = names switch
        {
            "helpful" => ("seq_len", "batch", "width"),
            "unhelpful" => ("p", "q", "w"),
            "misleading" => ("batch", "seq_len", "w"),
            _ => ("?", "?", "?"),
        };
        t = fixesLength ? $"{Length}" : t;
        b = fixesBatch ? "1" : b;
        f = opensFeatures ? f : $"{features}";
        var x = layout switch
        {
            "TBI" => Add("x", $"{t} {b} {f}", 0, 1, 3, features),
            "BTI" => Add("x", $"{b} {t} {f}", 1, 0, 3, features),
            "BCT" => Add("x", $"{b} {f} {t}", 2, 0, 3, features),
            _ => Add("x", $"{b} {Length * features}", -1, 0, 2, features * Length!.Value), // not null: a window fixes it
        };
        // To [T, B, I], as exporters do it.
        var sequence = layout switch
        {
            "TBI" => x,
            "BTI" => File.Transpose(x, 1, 0, 2),
            "BCT" => File.Transpose(File.Node("Conv", [x, File.Floats(Draw(features * features * 3), features, features, 3)], ("pads", (long[])[1, 1])), 2, 0, 1),
            _ => File.Transpose(File.Reshaped(x, -1, Length!.Value, features), 1, 0, 2), // not null: a window fixes it
        };
        sequence = AddMore(sequence, layout, t, b, features);
        var y = unrolled ? Unrolled(sequence, features) : Node(sequence, features, _random.Next(4) == 0);
        if (foreign == "Einsum")
            y = File.Node("Einsum", [y, File.Floats(Draw(Hidden * 2), Hidden, 2)], ("equation", unrolled ? "bh,ho->bo" : "tbh,ho->tbo"));
        if (foreign == "QuickGelu")
            y = File.ForeignNode("QuickGelu", [y]);
        if (!unrolled && (layout == "window" || _random.Next(2) == 0))
        {
            File.Output(File.Node("Gather", [y, File.Integer(-1)], ("axis", 0)), "? ?", "y");
            _notes.Add("last");
        }
        else
        {
            File.Output(layout is "TBI" || unrolled ? y : File.Transpose(y, 1, 0, 2), unrolled ? "? ?" : "? ? ?", "y");
            _notes.Add("every timestep");
        }
    }

    // A second input as wide, a third of one value a sequence.
    private string AddMore(string sequence, string layout, string t, string b, int features)
    {
        if (layout is "TBI" or "BTI" && _random.Next(3) == 0)
        {
            _notes.Add("gain");
            var gain = layout == "TBI" ? Add("gain", $"{t} {b} 1", 0, 1, 3, 1) : Add("gain", $"{b} {t} 1", 1, 0, 3, 1);
            sequence = File.Node("Mul", [sequence, layout == "TBI" ? gain : File.Transpose(gain, 1, 0, 2)]);
        }
        if (layout is "TBI" or "BTI" && _random.Next(3) == 0)
        {
            _notes.Add("static");
            sequence = File.Node("Add", [sequence, File.Unsqueeze(Add("static", $"{b} {features}", -1, 0, 2, features), 0)]);
        }
        return sequence;
    }

    private string Add(string name, string shape, int time, int batch, int rank, int width)
    {
        _inputs.Add(new Input(name, time, batch, rank, width));
        return File.Input(name, shape);
    }

    private string Node(string x, int features, bool bidirectional)
    {
        _notes.Add(bidirectional ? "bidirectional" : "forward");
        var (op, gates) = _random.Next(3) switch { 0 => ("LSTM", 4), 1 => ("GRU", 3), _ => ("RNN", 1) };
        var directions = bidirectional ? 2 : 1;
        var y = File.Nodes(op, [true], [x, File.Floats(Draw(directions * gates * Hidden * features), directions, gates * Hidden, features), File.Floats(Draw(directions * gates * Hidden * Hidden), directions, gates * Hidden, Hidden)],
            ("hidden_size", Hidden), ("direction", bidirectional ? "bidirectional" : "forward"))[0];
        return File.Reduce("ReduceSum", y, false, 1);
    }

    private string Unrolled(string x, int features)
    {
        var (w, r) = (File.Floats(Draw(features * Hidden), features, Hidden), File.Floats(Draw(Hidden * Hidden), Hidden, Hidden));
        string? h = null;
        for (var n = 0; n < Length; n++)
        {
            var input = File.Node("MatMul", [File.Node("Gather", [x, File.Integer(n)], ("axis", 0)), w]);
            h = File.Node("Tanh", [h is null ? input : File.Node("Add", [input, File.Node("MatMul", [h, r])])]);
        }
        return h!; // not null: a window has timesteps
    }

    private float[] Draw(int count) => [.. Enumerable.Range(0, count).Select(_ => (1.6f * _random.NextSingle()) - 0.8f)];

    private string Pick(params string[] choices) => choices[_random.Next(choices.Length)];

    /// <summary>An input and what its axes are meant to be.</summary>
    internal sealed record Input(string Name, int Time, int Batch, int Rank, int Width)
    {
        /// <summary>The lengths for one session.</summary>
        public long[] ShapeOf(int length) => [.. Enumerable.Range(0, Rank).Select(axis => axis == Time ? length : axis == Batch ? 1L : Width)];
    }
}
