using Lstm.Engine.Layers;

namespace Lstm.Engine.Onnx;

/// <summary>
/// The places that a convolution or a pooling looks at: kernel, strides, dilations and padding along fixed axes, and along time a window
/// of timesteps. Looking back is a state that the session keeps; looking ahead needs the whole sequence.
/// </summary>
internal sealed class Windows
{
    private readonly NodeContext _node;
    private readonly SignalValue _x;
    private readonly int[] _kernel;
    private readonly long[] _dilations;
    private readonly long[] _strides;
    private readonly (long Before, long After)[] _pads;
    private readonly float _padding;
    private readonly int _time;

    /// <summary>Reads the attributes.</summary>
    /// <param name="node">The node.</param>
    /// <param name="x">[B, C, spatial axes…], one of which may be time.</param>
    /// <param name="kernel">Size of the kernel on each spatial axis.</param>
    /// <param name="padding">What stands in the padding of the node's own.</param>
    /// <exception cref="NodeFaultException">Something does not fit or cannot be honoured.</exception>
    public Windows(NodeContext node, SignalValue x, int[] kernel, float padding)
    {
        (_node, _x, _kernel, _padding) = (node, x, kernel, padding);
        int spatial = kernel.Length;
        _dilations = Read("dilations", spatial);
        _strides = Read("strides", spatial);
        if (node.Attributes.Int("ceil_mode", 0) != 0)
        {
            throw new NodeFaultException("ceil_mode is set; only 0 is supported.");
        }
        if (x.Shape.Length != spatial + 2 || x.Shape[0] is not { Size: 1 } || !x.Shape[1].IsStatic || kernel.Any(static k => k < 1))
        {
            throw new NodeFaultException($"its input has shape {Dims.Describe(x.Shape)} and its kernel {spatial} axes; expected [B, channels, …] with as many axes more.");
        }
        _time = Array.FindIndex(x.Shape, 2, static d => d.HasTime) - 2;
        _pads = ReadPads(spatial);
        for (int n = 0; n < spatial; n++)
        {
            if (!x.Shape[n + 2].IsStatic && n != _time)
            {
                throw new NodeFaultException($"it runs along {x.Shape[n + 2]} of {Dims.Describe(x.Shape)}; that joins different sessions.");
            }
        }
        OutputShape = [.. Enumerable.Range(0, spatial).Select(n => n == _time ? TimeAxis() : FixedAxis(n))];
    }

    /// <summary>The spatial axes of the result.</summary>
    public Dim[] OutputShape { get; }

    /// <summary>The channels of the input.</summary>
    public int Channels => (int)_x.Shape[1].Size;

    /// <summary>Values under a kernel, per channel.</summary>
    public int Taps => _kernel.Aggregate(1, static (product, k) => product * k);

    /// <summary>Whether padding of the node's own stands before or after the timesteps.</summary>
    public bool PadsTime => _time >= 0 && _pads[_time] != default;

    /// <summary>Plans the gathering of what lies under the kernel.</summary>
    /// <param name="order">From place, channel and tap to the number in the result.</param>
    /// <param name="isPadding">Takes for each value of the result whether it is the node's own padding along fixed axes.</param>
    /// <returns>Offset of [places · channels · taps] values in the row.</returns>
    public int Gather(Func<int, int, int, int> order, out bool[] isPadding)
    {
        int window = Window();
        int perFrame = Dims.Count(_x.Shape);
        int places = Dims.Count(OutputShape);
        int total = checked(places * Channels * Taps);
        Dims.CheckCount([new Dim(total)]);
        int filler = _node.Plan.Allocate(1);
        int offset = _node.Plan.Allocate(total);
        var padded = new bool[total];
        var runs = new CopyRun[total];
        int[] strides = Dims.Strides(_x.Shape);
        Dim[] kernel = Dims.Static(_kernel);
        int n = 0;
        foreach (int[] place in Indices(OutputShape))
        {
            int tapNumber = 0;
            foreach (int[] tap in Indices(kernel))
            {
                int source = 0;
                bool outside = false;
                int frame = 0;
                for (int axis = 0; axis < _kernel.Length; axis++)
                {
                    if (axis == _time)
                    {
                        frame = tap[axis] * (int)_dilations[axis];
                        continue;
                    }
                    long at = (place[axis] * _strides[axis]) - _pads[axis].Before + (tap[axis] * _dilations[axis]);
                    outside |= at < 0 || at >= _x.Shape[axis + 2].Size;
                    source += (int)at * strides[axis + 2];
                }
                for (int channel = 0; channel < Channels; channel++)
                {
                    int target = order(n, channel, tapNumber);
                    padded[target] = outside;
                    runs[target] = new CopyRun(outside ? filler : window + (frame * perFrame) + source + (channel * strides[1]), offset + target, 1);
                }
                tapNumber++;
            }
            n++;
        }
        if (Array.Exists(padded, static p => p))
        {
            float padding = _padding;
            _node.Plan.Add(() => new ConstantLayerSpec(filler, [padding]));
        }
        CopyRun[] joined = Movement.Join(runs);
        _node.Plan.Add(() => new CopyLayerSpec(joined));
        isPadding = padded;
        return offset;
    }

    // [frames, values of a timestep], the oldest first.
    private int Window()
    {
        int frames = _time < 0 ? 1 : ((_kernel[_time] - 1) * (int)_dilations[_time]) + 1;
        if (frames == 1)
        {
            return _x.Offset;
        }
        int size = Dims.Count(_x.Shape);
        int past = frames - 1;
        Dims.CheckCount([new Dim((long)frames * size)]);
        int ahead = past - Lead;
        int window = _node.Plan.Allocate(frames * size);
        float padding = TimePadding;
        if (_node.Plan.IsWhole || ahead > 0)
        {
            int count = frames;
            int first = -Lead;
            _node.Plan.AddAcrossTime(
                $"it looks {ahead} {(ahead == 1 ? "timestep" : "timesteps")} ahead, which a stream does not know yet.", () => new WindowLayer(_x.Offset, size, window, first, count, padding));
            return window;
        }
        StepPlanner plan = _node.Plan;
        ConstantValue? start = padding == 0f ? null : new ConstantValue(Tensor.Of([past * size], [.. Enumerable.Repeat(padding, past * size)]));
        plan.BeginRecurrence();
        StateSlot slot = plan.AddState($"past{plan.NextNumber("past")}.x", past * size, start, [past, size]);
        plan.Add(() => new CopyLayerSpec([new CopyRun(slot.Old, window, past * size), new CopyRun(_x.Offset, window + (past * size), size)]));
        plan.Add(() => new CopyLayerSpec([new CopyRun(window + size, slot.New, past * size)]));
        plan.EndRecurrence([slot]);
        return window;
    }

    private int Lead => checked(_x.Shape[_time + 2].Lead + (int)_pads[_time].Before);

    private int Trail => checked(_x.Shape[_time + 2].Trail + (int)_pads[_time].After);

    // A padded signal brings its own padding; the node's must be the same.
    private float TimePadding => _x.Shape[_time + 2].IsPadded && _x.Padding is { } padding ? padding : _padding;

    private Dim TimeAxis()
    {
        Dim time = _x.Shape[_time + 2];
        long extent = (_kernel[_time] - 1) * _dilations[_time];
        if (time.Symbols != "T" || time.Size != 1 || _strides[_time] != 1)
        {
            throw new NodeFaultException($"it runs along {time} in strides of {_strides[_time]}; along time only strides of 1 give an output for every timestep.");
        }
        if (_x.LastStep || (time.IsPadded && _x.Padding is { } padding && _pads[_time] != default && padding != _padding))
        {
            throw new NodeFaultException("the padding of the sequence and its own differ.");
        }
        if (time.IsPadded && _x.Padding is null && Lead < extent)
        {
            throw new NodeFaultException($"it looks at what another node computed beyond the last timestep, in {Dims.Describe(_x.Shape)}; only what lies within the sequence is kept.");
        }
        long more = Lead + Trail - extent;
        if (Lead > extent || more < 0 || (Lead < extent && more > 0))
        {
            throw new NodeFaultException(
                $"padded by {Lead} and {Trail} its kernel of {extent + 1} timesteps gives T{more:+0;-0;+0} timesteps that begin at another one than its input; expected an output for every timestep.");
        }
        return Dim.T with { Trail = (int)more };
    }

    private Dim FixedAxis(int n)
    {
        long size = _x.Shape[n + 2].Size + _pads[n].Before + _pads[n].After - ((_kernel[n] - 1) * _dilations[n]) - 1;
        return size >= 0 ? new Dim((size / _strides[n]) + 1)
            : throw new NodeFaultException($"its kernel of {_kernel[n]} is larger than axis {n + 2} of {Dims.Describe(_x.Shape)} with its padding.");
    }

    private long[] Read(string name, int spatial)
    {
        long[] values = _node.Attributes.Ints(name) ?? [.. Enumerable.Repeat(1L, spatial)];
        return values.Length == spatial && values.All(static v => v is >= 1 and < int.MaxValue) ? values
            : throw NodeFaultException.Wrong($"{name} is [{string.Join(", ", values)}]; expected {spatial} positive numbers.");
    }

    private (long, long)[] ReadPads(int spatial)
    {
        string automatic = _node.Attributes.Text("auto_pad", "NOTSET");
        long[]? pads = _node.Attributes.Ints("pads");
        switch (automatic)
        {
            case "NOTSET":
                pads ??= new long[2 * spatial];
                return pads.Length == 2 * spatial && pads.All(static p => p is >= 0 and < int.MaxValue)
                    ? [.. Enumerable.Range(0, spatial).Select(n => (pads[n], pads[n + spatial]))]
                    : throw NodeFaultException.Wrong($"pads is [{string.Join(", ", pads)}]; expected {2 * spatial} numbers that are not negative.");
            case "VALID":
                return new (long, long)[spatial];
            case "SAME_UPPER" or "SAME_LOWER":
                return [.. Enumerable.Range(0, spatial).Select(n =>
                {
                    long extent = (_kernel[n] - 1) * _dilations[n];
                    long size = _x.Shape[n + 2].Size;
                    long all = n == _time ? extent : Math.Max(0, ((((size + _strides[n] - 1) / _strides[n]) - 1) * _strides[n]) + extent + 1 - size);
                    long less = all / 2;
                    return automatic == "SAME_UPPER" ? (less, all - less) : (all - less, less);
                })];
            default:
                throw NodeFaultException.Wrong($"auto_pad is '{automatic}'; expected NOTSET, VALID, SAME_UPPER or SAME_LOWER.");
        }
    }

    private static IEnumerable<int[]> Indices(Dim[] shape)
    {
        var index = new int[shape.Length];
        int count = Dims.Count(shape);
        for (int n = 0; n < count; n++)
        {
            yield return index;
            for (int axis = shape.Length - 1; axis >= 0 && ++index[axis] == shape[axis].Size; axis--)
            {
                index[axis] = 0;
            }
        }
    }
}
