namespace Lstm.OnnxRuntime.Tests.RandomGraphs;

/// <summary>Operators along time: convolutions, pooling, running values. They look back in graphs that stream, and anywhere in whole ones.</summary>
internal sealed partial class RandomHead
{
    /// <summary>One value of all timesteps so far: the last one, or a reduction.</summary>
    public GraphValue Collapse(GraphValue x)
    {
        if (draw.Chance(0.5))
        {
            return TakeLast(x);
        }
        draw.RemembersTime = true;
        if (draw.Chance(0.2))
        {
            x = Flat(x);
            string op = draw.Pick("GlobalAveragePool", "GlobalMaxPool");
            draw.Note(op);
            return new GraphValue(File.Squeeze(File.Node(op, [ToChannels(x)]), 2), GraphLayout.Last, x.LastFeature);
        }
        string reduction = draw.Pick("ReduceMean", "ReduceSum", "ReduceMax", "ReduceMin", "ReduceSumSquare", "ReduceL2");
        draw.Note($"{reduction} over time");
        bool keep = draw.Chance(0.4);
        string y = File.Reduce(reduction, x.Name, keep, draw.Opset >= 11 && draw.Chance(0.3) ? x.Time - x.Rank : x.Time);
        return new GraphValue(keep ? File.Squeeze(y, x.Time) : y, GraphLayout.Last, x.Features);
    }

    // A convolution along time, over channels or over channels and features.
    private GraphValue? Convolve(GraphValue x)
    {
        if (x.Layout == GraphLayout.Last)
        {
            return null;
        }
        draw.RemembersTime = true;
        x = Flat(x);
        bool isPlane = draw.Chance(0.3);
        (int channels, int width) = isPlane ? Factors(x.LastFeature) : (x.LastFeature, 1);
        int groups = draw.Chance(0.3) ? draw.Pick([.. Divisors(channels)]) : 1;
        int made = groups * draw.Number(1, 4);
        (int kernel, int dilation) = (draw.Number(1, 4), draw.Pick(1, 1, 2, 3));
        int across = isPlane ? draw.Number(1, Math.Min(3, width)) : 1;
        string weights = draw.Weights(
            draw.Reals(made * (channels / groups) * kernel * across, 1 / Math.Sqrt(channels * kernel * across / (double)groups)),
            isPlane ? [made, channels / groups, kernel, across] : [made, channels / groups, kernel]);
        string signal = ToChannels(x);
        if (isPlane)
        {
            // [B, channels, width, T] with time before the width.
            string split = File.Reshaped(signal, 0, channels, width, Length());
            signal = File.Transpose(split, 0, 1, 3, 2);
        }
        int span = (kernel - 1) * dilation;
        (int before, int after) = draw.IsWhole && draw.Chance(0.5) ? Parts(span) : (span, 0);
        bool isAutomatic = dilation == 1 && across == 1 && draw.Chance(0.3) && (draw.IsWhole || kernel <= 2);
        int form = isAutomatic ? 3 : draw.Number(0, 2);
        // The end is cut off; no slice ends at −0.
        form = form == 2 && (after > 0 || before == 0) ? 1 : form;
        long[]? pads = form switch { 1 => Pads(before, after), 2 => Pads(before, before), _ => null };
        (string Name, object? Value)[] attributes =
        [
            ("kernel_shape", draw.Chance(0.8) ? isPlane ? new long[] { kernel, across } : [kernel] : null),
            ("dilations", dilation > 1 || draw.Chance(0.3) ? isPlane ? new long[] { dilation, 1 } : [dilation] : null),
            ("group", groups > 1 || draw.Chance(0.3) ? groups : null),
            ("auto_pad", isAutomatic ? draw.IsWhole && draw.Chance(0.5) ? "SAME_UPPER" : "SAME_LOWER" : null),
            ("pads", pads),
        ];
        string y = File.Node("Conv", [form == 0 ? Padded(signal, isPlane ? 4 : 3, before, after) : signal, weights, draw.Chance(0.5) ? draw.Weights(draw.Reals(made, 1), made) : ""], attributes);
        y = form == 2 ? File.Slice(y, [2], [0], [-before]) : y;
        int wide = width - across + 1;
        draw.Note($"kernel {kernel}×{across} dilation {dilation} groups {groups} pads {before},{after} form {form}");
        if (isPlane)
        {
            // [B, made, T, wide] back to [B, T, made · wide].
            string rows = File.Reshaped(File.Transpose(y, 0, 2, 1, 3), 0, Length(), made * wide);
            return x.With(x.Layout == GraphLayout.BatchFirst ? rows : File.Transpose(rows, 1, 0, 2), made * wide);
        }
        return x.With(FromChannels(x, y), made);

        long[] Pads(int first, int last) => isPlane ? [first, 0, last, 0] : [first, last];
    }

    // The largest or the mean of the last few timesteps.
    private GraphValue? Pool(GraphValue x)
    {
        if (x.Layout == GraphLayout.Last)
        {
            return null;
        }
        draw.RemembersTime = true;
        x = Flat(x);
        int kernel = draw.Number(2, 4);
        (int before, int after) = draw.IsWhole && draw.Chance(0.5) ? Parts(kernel - 1) : (kernel - 1, 0);
        bool isMean = draw.Chance(0.5);
        // A mean over fewer timesteps at the ends (count_include_pad 0) is refused: zeros in front are timesteps that count.
        bool padsApart = isMean && draw.Chance(0.5);
        string signal = padsApart ? Padded(ToChannels(x), 3, before, after) : ToChannels(x);
        draw.Note($"kernel {kernel} pads {before},{after}");
        return x.Named(FromChannels(x, File.Node(
            isMean ? "AveragePool" : "MaxPool",
            [signal],
            ("kernel_shape", new long[] { kernel }),
            ("strides", draw.Chance(0.5) ? new long[] { 1 } : null),
            ("pads", padsApart ? null : new long[] { before, after }),
            ("count_include_pad", isMean && !padsApart ? 1 : null))));
    }

    private GraphValue? RunningSum(GraphValue x)
    {
        if (x.Layout == GraphLayout.Last || draw.Opset < 11)
        {
            return null;
        }
        draw.RemembersTime = true;
        return x.Named(File.Node("CumSum", [x.Name, File.Integer(draw.Chance(0.3) ? x.Time - x.Rank : x.Time)]));
    }

    // A convolution or a pooling along the features, each timestep by itself.
    private GraphValue Across(GraphValue x)
    {
        x = Flat(x);
        (int channels, int width) = Factors(x.LastFeature);
        string rows = File.Reshaped(x.Name, -1, channels, width);
        int kernel = draw.Number(1, Math.Min(4, width));
        int stride = draw.Number(1, 2);
        (int before, int after) = kernel > 1 && draw.Chance(0.5) ? (draw.Number(0, kernel - 1), draw.Number(0, kernel - 1)) : (0, 0);
        int wide = ((width + before + after - kernel) / stride) + 1;
        int made = draw.Number(1, 4);
        (string Name, object? Value)[] window =
        [
            ("kernel_shape", new long[] { kernel }),
            ("strides", stride > 1 || draw.Chance(0.3) ? new long[] { stride } : null),
            ("pads", before + after > 0 ? new long[] { before, after } : null),
        ];
        string y;
        switch (draw.Number(0, 2))
        {
            case 0:
                (y, made) = (File.Node("MaxPool", [rows], window), channels);
                break;
            case 1:
                (y, made) = (File.Node("AveragePool", [rows], [.. window, ("count_include_pad", draw.Chance(0.5) ? 1 : null)]), channels);
                break;
            default:
                string weights = draw.Weights(draw.Reals(made * channels * kernel, 1 / Math.Sqrt(channels * kernel)), made, channels, kernel);
                y = File.Node("Conv", [rows, weights, draw.Chance(0.5) ? draw.Weights(draw.Reals(made, 1), made) : ""], window);
                break;
        }
        draw.Note($"[{channels}, {width}] kernel {kernel} stride {stride} pads {before},{after}");
        string sizes = File.Node("Concat", [Sizes(x, 0, x.Leading), File.Integers(made * wide)], ("axis", 0));
        return x.With(File.Node("Reshape", [y, sizes]), made * wide);
    }

    // [T, B, F] or [B, T, F] to [B, F, T], and back.
    private string ToChannels(GraphValue x) => x.Layout == GraphLayout.BatchFirst ? File.Transpose(x.Name, 0, 2, 1) : File.Transpose(x.Name, 1, 2, 0);

    private string FromChannels(GraphValue x, string y) => x.Layout == GraphLayout.BatchFirst ? File.Transpose(y, 0, 2, 1) : File.Transpose(y, 2, 0, 1);

    // Zeros before and after axis 2.
    private string Padded(string x, int rank, int before, int after)
    {
        var pads = new long[2 * rank];
        (pads[2], pads[rank + 2]) = (before, after);
        return draw.Opset >= 11
            ? File.Node("Pad", draw.Chance(0.5) ? [x, File.Integers(pads)] : [x, File.Integers(pads), File.Floats([0])])
            : File.Node("Pad", [x], ("pads", pads));
    }

    // Of two ones in a shape nobody can say which is time.
    private long Length() => draw.Length is > 1 and int length ? length : -1;

    private (int, int) Parts(int span)
    {
        int before = draw.Number(0, span);
        return (before, span - before);
    }

    private (int, int) Factors(int size)
    {
        int first = draw.Pick([.. Divisors(size)]);
        return (first, size / first);
    }

    private static IEnumerable<int> Divisors(int size) => Enumerable.Range(1, size).Where(n => size % n == 0);
}
