using Lstm.Tests.Shared.Onnx;
using DataType = Lstm.Engine.Onnx.Schema.TensorProto.Types.DataType;

namespace Lstm.OnnxRuntime.Tests.RandomGraphs;

/// <summary>What stands before, between and behind the recurrent layers of a random graph: short walks over the operators that work per timestep.</summary>
internal sealed partial class RandomHead(GraphDraw draw)
{
    private OnnxBuilder File => draw.File;

    /// <summary>Applies some operators, none at times.</summary>
    /// <param name="x">The value to start from.</param>
    /// <param name="most">The most of them.</param>
    /// <returns>The value at the end.</returns>
    public GraphValue Walk(GraphValue x, int most)
    {
        for (int n = draw.Number(0, most); n > 0; n--)
        {
            int nodes = File.Graph.Node.Count;
            Func<GraphValue, GraphValue?> step = draw.Pick<Func<GraphValue, GraphValue?>>(
                Dense, Gemm, Curve, Map, WithConstant, WithItself, Softmax, LayerNorm, WrittenOutNorm, BatchNorm, Reduce, Pieces, Clip, Compare, Reshape, Turn, Nothing, Expand,
                Convolve, Pool, RunningSum, Across);
            if (step(x) is { } next)
            {
                draw.Note($"{string.Join('+', File.Graph.Node.Skip(nodes).Select(static n => n.OpType))} [{string.Join(", ", next.Features)}]");
                x = next;
            }
        }
        return x;
    }

    /// <summary>The same values with one axis of features.</summary>
    public GraphValue Flat(GraphValue x)
    {
        if (x.Features.Length == 1)
        {
            return x;
        }
        long[] kept = new long[x.Leading];
        return x.With(
            draw.Chance(0.5) ? File.Reshaped(x.Name, [.. kept, draw.Chance(0.5) ? -1 : x.Size])
            : File.Node("Reshape", [x.Name, File.Node("Concat", [Sizes(x, 0, x.Leading), File.Integers(x.Size)], ("axis", 0))]),
            x.Size);
    }

    /// <summary>Two values of the same timesteps, added or side by side.</summary>
    public GraphValue Join(GraphValue a, GraphValue b)
    {
        (a, b) = (Flat(a), Flat(b));
        if (a.Layout != b.Layout)
        {
            b = b with { Name = File.Transpose(b.Name, 1, 0, 2), Layout = a.Layout };
        }
        return a.LastFeature == b.LastFeature || a.LastFeature == 1 || b.LastFeature == 1
            ? a.With(File.Node(draw.Pick("Add", "Sub", "Mul", "Min8", "Max8") is var op && op.EndsWith('8') ? draw.Opset >= 8 ? op[..3] : "Add" : op, [a.Name, b.Name]), Math.Max(a.LastFeature, b.LastFeature))
            : a.With(File.Node("Concat", draw.Chance(0.5) ? [a.Name, b.Name] : [b.Name, a.Name], ("axis", a.Leading)), a.LastFeature + b.LastFeature);
    }

    /// <summary>The last timestep.</summary>
    public GraphValue TakeLast(GraphValue x)
    {
        int form = draw.Number(0, 2);
        long end = draw.Pick(int.MaxValue, long.MaxValue);
        // Of a slice in opset 10 ONNX Runtime believes that it is as long as the whole axis.
        bool isMisread = form == 2 && draw.Opset == 10;
        draw.PeerDiffers |= isMisread;
        string last = (isMisread && draw.ForPeer ? 0 : form) switch
        {
            0 => File.Node("Gather", [x.Name, File.Integer(-1)], ("axis", x.Time)),
            1 => File.Squeeze(File.Node("Gather", [x.Name, File.Integers(-1)], ("axis", x.Time)), x.Time),
            _ => File.Squeeze(File.Slice(x.Name, [x.Time], [-1], [end]), x.Time),
        };
        return new GraphValue(last, GraphLayout.Last, x.Features);
    }

    /// <summary>An activation.</summary>
    public GraphValue Curve(GraphValue x)
    {
        float a = draw.Real(0.1, 1.5);
        bool given = draw.Chance(0.5);
        return x.Named(draw.Number(0, 8) switch
        {
            0 => File.Node("Sigmoid", [x.Name]),
            1 => File.Node("Relu", [x.Name]),
            2 => File.Node("LeakyRelu", [x.Name], ("alpha", given ? a : null)),
            3 => File.Node("HardSigmoid", [x.Name], ("alpha", given ? a : null), ("beta", draw.Chance(0.5) ? 0.4f : null)),
            4 => File.Node("Elu", [x.Name], ("alpha", given ? a : null)),
            5 => File.Node("Softplus", [x.Name]),
            6 => File.Node("Softsign", [x.Name]),
            7 when draw.Opset >= 10 => File.Node("ThresholdedRelu", [x.Name], ("alpha", given ? a : null)),
            _ => File.Node("Tanh", [x.Name]),
        });
    }

    private GraphValue Dense(GraphValue x)
    {
        int width = draw.Size();
        string matrix = draw.Weights(draw.Reals(x.LastFeature * width, 1 / Math.Sqrt(x.LastFeature)), x.LastFeature, width);
        string product = draw.Opset >= 12 && draw.Chance(0.2)
            ? draw.Chance(0.5) ? File.Node("Einsum", [x.Name, matrix], ("equation", "...i,io->...o")) : File.Node("Einsum", [matrix, x.Name], ("equation", "io, ...i -> ...o"))
            : File.Node("MatMul", [x.Name, matrix]);
        int[] features = [.. x.Features[..^1], width];
        return draw.Chance(0.3) ? x.With(product, features)
            : x.With(File.Node("Add", draw.Chance(0.5) ? [product, draw.Weights(draw.Reals(width, 1), width)] : [draw.Weights(draw.Reals(width, 1), width), product]), features);
    }

    // Gemm takes two axes: a sequence is laid out as rows for it, and back.
    private GraphValue? Gemm(GraphValue x)
    {
        x = Flat(x);
        int width = draw.Size();
        (int rows, bool turned) = (x.LastFeature, draw.Chance(0.5));
        string a = x.Leading == 1 ? x.Name : File.Reshaped(x.Name, -1, rows);
        string b = draw.Weights(draw.Reals(rows * width, 1 / Math.Sqrt(rows)), turned ? [width, rows] : [rows, width]);
        long[] dims = draw.Pick<long[]>([width], [1, width], [1], []);
        string c = draw.Opset >= 11 && draw.Chance(0.3) ? "" : draw.Weights(draw.Reals((int)dims.Aggregate(1L, static (p, n) => p * n), 1), dims);
        string y = File.Node("Gemm", [a, b, c], ("transB", turned ? 1 : null), ("alpha", draw.Chance(0.3) ? 0.7f : null), ("beta", draw.Chance(0.3) ? 1.3f : null));
        return x.With(x.Leading == 1 ? y : File.Node("Reshape", [y, File.Node("Concat", [Sizes(x, 0, 2), File.Integers(width)], ("axis", 0))]), width);
    }

    private GraphValue? Map(GraphValue x) => draw.Number(0, 24) switch
    {
        18 when draw.Opset >= 9 => x.Named(File.Node(draw.Pick("Sinh", "Cosh", "Asinh"), [File.Clip(x.Name, -3, 3)])),
        19 => x.Named(File.Node(draw.Pick("Asin", "Acos"), [File.Node("Mul", [File.Node("Tanh", [x.Name]), File.Floats([0.9f])])])),
        20 when draw.Opset >= 9 => x.Named(File.Node("Atanh", [File.Node("Mul", [File.Node("Tanh", [x.Name]), File.Floats([0.9f])])])),
        21 when draw.Opset >= 9 => x.Named(File.Node("Shrink", [x.Name], ("lambd", draw.Real(0.1, 0.5)), ("bias", 0f))),
        // For opset 25 ONNX Runtime 1.29 has no kernel.
        22 when draw.Opset == 24 => x.Named(File.Node("Swish", [x.Name], ("alpha", draw.Chance(0.5) ? draw.Real(0.5, 2) : null))),
        23 when draw.Opset >= 23 => x.Named(File.Node("RMSNormalization", [x.Name, draw.Weights(draw.Reals(x.LastFeature, 1), x.LastFeature)], ("epsilon", 1e-2f))),
        24 => x.With(File.Node("LpNormalization", [File.Node("Add", [File.Node("Abs", [x.Name]), File.Floats([0.1f])])], ("p", draw.Number(1, 2)), ("axis", -1)), x.Features),
        0 => x.Named(File.Node("Exp", [File.Clip(x.Name, -3, 3)])),
        1 => x.Named(File.Node("Log", [File.Node("Add", [File.Node("Abs", [x.Name]), File.Floats([0.5f])])])),
        // Not the root of |x| itself: near zero it makes 3e-5 of the 1e-9 by which ONNX Runtime's e^x − 1 is off there.
        2 => x.Named(File.Node("Sqrt", [File.Node("Add", [File.Node("Abs", [x.Name]), File.Floats([0.0625f])])])),
        3 => x.Named(File.Node("Neg", [x.Name])),
        4 => x.Named(File.Node("Reciprocal", [File.Node("Add", [File.Node("Mul", [x.Name, x.Name]), File.Floats([1])])])),
        5 => x.Named(File.Node("Floor", [Shifted(x)])),
        6 => x.Named(File.Node("Ceil", [Shifted(x)])),
        7 when draw.Opset >= 11 => x.Named(File.Node("Round", [Shifted(x)])),
        8 => x.Named(File.Node("Sin", [x.Name])),
        9 => x.Named(File.Node("Cos", [x.Name])),
        10 when draw.Opset >= 9 => x.Named(File.Node("Sign", [Shifted(x)])),
        11 => x.Named(File.Cast(File.Cast(Shifted(x), draw.Pick(DataType.Int64, DataType.Int32)), DataType.Float)),
        14 when draw.Opset >= 9 => x.Named(File.Node("Erf", [x.Name])),
        15 when draw.Opset >= 9 => x.Named(File.Node("Where", [File.Node("Greater", [x.Name, File.Floats([draw.Real(-0.5, 0.5)])]), x.Name, draw.Weights(draw.Reals(x.LastFeature, 1), x.LastFeature)])),
        12 => x.Named(File.Cast(File.Cast(x.Name, DataType.Double), DataType.Float)),
        13 => x.Named(File.Node("Pow", [File.Node("Abs", [x.Name]), File.Floats([draw.Pick(0.5f, 1.5f, 2, 3)])])),
        _ => null,
    };

    // Off the whole numbers, where nothing but a rounding decides: x − tanh(x) is 0 on one side and −1e-9 on the other.
    private string Shifted(GraphValue x) => File.Node("Add", [x.Name, File.Floats([draw.Real(0.2, 0.4)])]);

    // One operand is a constant that is broadcast, on either side.
    private GraphValue? WithConstant(GraphValue x)
    {
        string op = draw.Pick("Add", "Sub", "Mul", "Div", "Pow", "PRelu", "Min", "Max");
        if (draw.Opset < 8 && op is "Min" or "Max")
        {
            return null;
        }
        int[] dims = draw.Number(0, 4) switch
        {
            0 => [],
            1 => [1],
            2 => [1, 1, .. x.Features],
            _ => x.Features,
        };
        if (dims.Length > x.Rank || (op == "PRelu" && dims.Length > x.Features.Length))
        {
            dims = x.Features;
        }
        float[] values = draw.Reals(dims.Aggregate(1, static (product, n) => product * n), 1);
        if (op is "Pow")
        {
            return x.Named(File.Node("Pow", [x.Name, File.Floats(Array.ConvertAll(values, v => v > 0 ? 2f : 3f), [.. dims])]));
        }
        string constant = draw.Weights(op is "Div" ? Array.ConvertAll(values, static v => v + (v < 0 ? -0.5f : 0.5f)) : values, [.. dims]);
        return x.Named(File.Node(op, op is not ("Div" or "PRelu") && draw.Chance(0.4) ? [constant, x.Name] : [x.Name, constant]));
    }

    // The value with another that was made of it: gates, residual connections, attention over features.
    private GraphValue? WithItself(GraphValue x)
    {
        GraphValue other = draw.Number(0, 2) switch
        {
            0 => Curve(x),
            1 => x.Named(File.Node("Softmax", [x.Name], ("axis", x.Rank - 1))),
            _ => x.With(File.Reduce("ReduceMean", x.Name, true, x.Rank - 1), [.. x.Features[..^1], 1]),
        };
        string op = draw.Pick("Add", "Sub", "Mul");
        return x.Named(File.Node(op, draw.Chance(0.5) ? [x.Name, other.Name] : [other.Name, x.Name]));
    }

    // Sizes of some axes, as numbers that the graph computes.
    private string Sizes(GraphValue x, int from, int to)
    {
        if (draw.Opset >= 15 && draw.Chance(0.3))
        {
            return File.Node("Shape", [x.Name], ("start", from), ("end", to));
        }
        string shape = File.Node("Shape", [x.Name]);
        return draw.Chance(0.5)
            ? File.Slice(shape, [0], [from], [to])
            : File.Node("Gather", [shape, File.Integers([.. Enumerable.Range(from, to - from).Select(static n => (long)n)])], ("axis", 0));
    }
}
