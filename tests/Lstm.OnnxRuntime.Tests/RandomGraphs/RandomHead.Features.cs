using DataType = Lstm.Engine.Onnx.Schema.TensorProto.Types.DataType;

namespace Lstm.OnnxRuntime.Tests.RandomGraphs;

/// <summary>Operators along the axes of features: normalisations, reductions, pieces, comparisons, other shapes.</summary>
internal sealed partial class RandomHead
{
    private GraphValue Softmax(GraphValue x)
    {
        // Up to opset 12 all axes from one on belong together, so only features may stand there.
        int axis = draw.Number(x.Leading, x.Rank - 1);
        return x.Named(File.Node(draw.Pick("Softmax", "LogSoftmax"), [x.Name], ("axis", axis == x.Rank - 1 && draw.Opset >= 11 && draw.Chance(0.5) ? -1 : axis)));
    }

    private GraphValue? LayerNorm(GraphValue x)
    {
        if (draw.Opset < 17)
        {
            return null;
        }
        int axis = draw.Chance(0.7) ? x.Rank - 1 : x.Leading;
        int[] dims = x.Features[(axis - x.Leading)..];
        int count = dims.Aggregate(1, static (product, n) => product * n);
        string scale = draw.Weights(draw.Reals(count, 1), [.. dims]);
        string shift = draw.Chance(0.6) ? draw.Weights(draw.Reals(count, 1), [.. dims]) : "";
        // Features that are all alike have nothing but roundings for a variance, which the division blows up.
        string uneven = File.Node("Add", [x.Name, draw.Weights(draw.Reals(x.LastFeature, 1), x.LastFeature)]);
        return x.Named(File.Node("LayerNormalization", [uneven, scale, shift], ("axis", axis == x.Rank - 1 && draw.Chance(0.5) ? null : axis), ("epsilon", draw.Chance(0.5) ? 1e-3f : null)));
    }

    private GraphValue WrittenOutNorm(GraphValue x)
    {
        int last = x.Rank - 1;
        string centred = File.Node("Sub", [x.Name, File.Reduce("ReduceMean", x.Name, true, draw.Chance(0.5) && draw.Opset >= 11 ? -1 : last)]);
        string squares = draw.Chance(0.5) ? File.Node("Pow", [centred, File.Floats([2])]) : File.Node("Mul", [centred, centred]);
        string variance = File.Node("Add", [File.Reduce("ReduceMean", squares, true, last), File.Floats([1e-2f])]);
        string y = File.Node("Div", [centred, File.Node("Sqrt", [variance])]);
        string scaled = File.Node("Mul", [y, draw.Weights(draw.Reals(x.LastFeature, 1), x.LastFeature)]);
        return x.Named(File.Node("Add", [scaled, draw.Weights(draw.Reals(x.LastFeature, 1), x.LastFeature)]));
    }

    // Channels are on axis 1: rows of features, or [B, F, T].
    private GraphValue? BatchNorm(GraphValue x)
    {
        x = Flat(x);
        int width = x.LastFeature;
        bool turn = x.Layout == GraphLayout.BatchFirst && draw.Chance(0.6);
        string rows = x.Leading == 1 ? x.Name : turn ? File.Transpose(x.Name, 0, 2, 1) : File.Reshaped(x.Name, -1, width);
        string[] inputs =
        [
            rows,
            draw.Weights(draw.Reals(width, 1), width),
            draw.Weights(draw.Reals(width, 1), width),
            draw.Weights(draw.Reals(width, 1), width),
            draw.Weights([.. draw.Reals(width, 1).Select(static v => (v * v) + 0.1f)], width),
        ];
        string y = File.Node("BatchNormalization", inputs, ("epsilon", draw.Chance(0.5) ? 1e-3f : null), ("momentum", draw.Chance(0.3) ? 0.8f : null));
        return x.Named(x.Leading == 1 ? y : turn ? File.Transpose(y, 0, 2, 1)
            : File.Node("Reshape", [y, File.Node("Concat", [Sizes(x, 0, 2), File.Integers(width)], ("axis", 0))]));
    }

    private GraphValue Reduce(GraphValue x)
    {
        string op = draw.Pick("ReduceMean", "ReduceSum", "ReduceMax", "ReduceMin", "ReduceSumSquare", "ReduceL2");
        int axis = draw.Number(x.Leading, x.Rank - 1);
        int place = axis - x.Leading;
        bool keep = x.Features.Length == 1 || draw.Chance(0.5);
        string y = File.Reduce(op, x.Name, keep, draw.Opset >= 11 && draw.Chance(0.4) ? axis - x.Rank : axis);
        return x.With(y, [.. x.Features[..place], .. keep ? (int[])[1] : [], .. x.Features[(place + 1)..]]);
    }

    // Pieces of the features, taken out and put together.
    private GraphValue Pieces(GraphValue x)
    {
        int axis = x.Rank - 1;
        int width = x.LastFeature;
        int[] Features(int last) => [.. x.Features[..^1], last];
        int cut = draw.Number(1, width);
        switch (draw.Number(0, 7))
        {
            case 0:
                return x.With(File.Slice(x.Name, [axis], [0], [cut]), Features(cut));
            case 1 when draw.Opset >= 10:
                return x.With(File.Slice(x.Name, [-1], [-1], [long.MinValue], [-1]), Features(width));
            case 2 when draw.Opset >= 10:
                return x.With(File.Slice(x.Name, [axis], [0], [int.MaxValue], [2]), Features((width + 1) / 2));
            case 3:
                long[] picked = [.. Enumerable.Range(0, draw.Number(1, 5)).Select(_ => (long)draw.Number(draw.Opset >= 11 ? -width : 0, width - 1))];
                return x.With(File.Node("Gather", [x.Name, File.Integers(picked)], ("axis", draw.Chance(0.5) ? axis : -1)), Features(picked.Length));
            case 4 when cut < width:
                string rest = File.Slice(x.Name, [axis], [cut], [draw.Pick(width, int.MaxValue)]);
                return x.With(File.Node("Concat", [rest, File.Slice(x.Name, [axis], [0], [cut])], ("axis", axis)), x.Features);
            case 5 when cut < width:
                string[] pieces = File.Split(x.Name, draw.Opset >= 11 && draw.Chance(0.5) ? -1 : axis, cut, width - cut);
                return x.With(File.Node("Concat", [pieces[1], pieces[0]], ("axis", axis)), x.Features);
            case 6 when !LooksLikeTime(x, 2):
                return x.With(File.Node("Tile", [x.Name, File.Integers([.. Enumerable.Repeat(1L, x.Rank - 1), 2])]), Features(2 * width));
            default:
                GraphValue other = Curve(x);
                return x.With(File.Node("Concat", [x.Name, other.Name, x.Name], ("axis", axis)), Features(3 * width));
        }
    }

    private GraphValue Clip(GraphValue x)
    {
        float least = draw.Real(-1, 0);
        return x.Named(draw.Number(0, 2) switch
        {
            0 => File.Clip(x.Name, least, null),
            1 => File.Clip(x.Name, null, least + 1),
            _ => File.Clip(x.Name, least, least + 1),
        });
    }

    // A comparison, as a number, gates the value.
    private GraphValue? Compare(GraphValue x)
    {
        string op = draw.Opset switch
        {
            < 9 => draw.Pick("Less", "Greater"),
            < 12 => draw.Pick("Less", "Greater"),
            _ => draw.Pick("Less", "Greater", "LessOrEqual", "GreaterOrEqual"),
        };
        string truth = File.Node(op, [x.Name, draw.Weights(draw.Reals(1, 0.5))]);
        if (draw.Chance(0.3))
        {
            truth = File.Node(draw.Pick("And", "Or"), [truth, File.Node("Greater", [x.Name, File.Floats([0.1f])])]);
        }
        if (draw.Chance(0.3))
        {
            truth = File.Node("Not", [truth]);
        }
        return x.Named(File.Node("Mul", [x.Name, File.Cast(truth, DataType.Float)]));
    }

    private GraphValue Reshape(GraphValue x)
    {
        int width = x.LastFeature;
        long[] kept = new long[x.Leading];
        int[] before = x.Features[..^1];
        if (x.Features.Length > 1 && draw.Chance(0.6))
        {
            return Flat(x);
        }
        if (width % 2 == 0 && x.Features.Length < 3)
        {
            return x.With(
                draw.Chance(0.5) ? File.Reshaped(x.Name, [.. kept, .. before, 2, -1])
                : File.Node("Reshape", [x.Name, File.Node("Concat", [Sizes(x, 0, x.Leading), File.Integers([.. before, 2, width / 2])], ("axis", 0))]),
                [.. before, 2, width / 2]);
        }
        string wide = File.Unsqueeze(x.Name, draw.Opset >= 11 && draw.Chance(0.5) ? -1 : x.Rank);
        return draw.Chance(0.5) || x.Features.Length > 2 ? x.Named(File.Squeeze(wide, x.Rank)) : x.With(wide, [.. x.Features, 1]);
    }

    // Something done with the axes in another order.
    private GraphValue Turn(GraphValue x)
    {
        int[] perm = [.. Enumerable.Range(0, x.Rank)];
        draw.Shuffle(perm);
        string turned = Curve(x.Named(File.Transpose(x.Name, [.. perm]))).Name;
        long[] back = new long[perm.Length];
        for (int n = 0; n < perm.Length; n++)
        {
            back[perm[n]] = n;
        }
        return x.Named(File.Transpose(turned, back));
    }

    private GraphValue Nothing(GraphValue x) => x.Named(draw.Chance(0.5) ? File.Node("Identity", [x.Name]) : File.Dropout(x.Name, 0.3f));

    // A value of the last timestep, repeated as often as there are timesteps, is spread over time (Keras' RepeatVector) and no feature.
    private bool LooksLikeTime(GraphValue x, int times) => x.Layout == GraphLayout.Last && x.LastFeature == 1 && times == draw.Length;

    // One feature becomes several.
    private GraphValue? Expand(GraphValue x)
    {
        if (draw.Opset < 8 || x.LastFeature != 1)
        {
            return null;
        }
        int width = draw.Number(2, 4);
        if (LooksLikeTime(x, width))
        {
            return null;
        }
        string shape = draw.Chance(0.5) ? File.Integers(width) : File.Node("Concat", [Sizes(x, 0, x.Rank - 1), File.Integers(width)], ("axis", 0));
        return x.With(File.Node("Expand", [x.Name, shape]), [.. x.Features[..^1], width]);
    }
}
