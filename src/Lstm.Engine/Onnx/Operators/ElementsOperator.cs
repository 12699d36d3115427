namespace Lstm.Engine.Onnx.Operators;

/// <summary>
/// GatherElements (opset 11 on), GatherND (11 on), ScatterElements (11 on), ScatterND (11 on), Trilu (14 on) and EyeLike (9 on) with places
/// that are known at load, along fixed axes: copies. Reductions are refused.
/// </summary>
internal sealed class ElementsOperator : Operator
{
    /// <inheritdoc/>
    public override IReadOnlyList<string> Names { get; } = ["GatherElements", "GatherND", "ScatterElements", "ScatterND", "Trilu", "EyeLike"];

    /// <inheritdoc/>
    public override void Trace(NodeContext node) => node.Set(0, node.OpType switch
    {
        "GatherElements" => Gather(node),
        "GatherND" => GatherMany(node),
        "ScatterElements" => Scatter(node),
        "ScatterND" => ScatterMany(node),
        "Trilu" => Triangle(node),
        _ => Eye(node),
    });

    private static TracedValue Gather(NodeContext node)
    {
        (TracedValue data, Tensor indices, int axis) = Read(node);
        int[] strides = Dims.Strides(data.Shape);
        Dim[] shape = Dims.Static(indices.Shape);
        int n = 0;
        int[] source = Dims.Map(shape, index => PlaceOf(index, data, strides, axis, indices, n++));
        return Movement.Apply(node.Plan, data, shape, source);
    }

    private static TracedValue Scatter(NodeContext node)
    {
        (TracedValue data, Tensor indices, int axis) = Read(node);
        TracedValue updates = node.Input(2);
        if (node.Attributes.Text("reduction", "none") != "none" || Dims.Count(updates.Shape) != indices.Count)
        {
            throw new NodeFaultException($"it puts {Dims.Describe(updates.Shape)} at {indices.Count} places of {Dims.Describe(data.Shape)}, reduction '{node.Attributes.Text("reduction", "none")}'; expected as many, and none.");
        }
        int[] strides = Dims.Strides(data.Shape);
        int count = Dims.Count(data.Shape);
        int[] source = [.. Enumerable.Range(0, count)];
        int n = 0;
        int[] places = Dims.Map(Dims.Static(indices.Shape), index => PlaceOf(index, data, strides, axis, indices, n++));
        for (int at = 0; at < places.Length; at++)
        {
            source[places[at]] = count + at;
        }
        return Replace(node, data, updates, source);
    }

    private static TracedValue GatherMany(NodeContext node)
    {
        (TracedValue data, Tensor indices) = (Fixed(node), node.Constant(1, "indices"));
        if (node.Attributes.Int("batch_dims", 0) != 0)
        {
            throw new NodeFaultException("batch_dims is not 0.");
        }
        (int[] places, int depth, int width) = Places(data, indices);
        Dim[] shape = [.. Dims.Static(indices.Shape[..^1]), .. data.Shape[depth..]];
        return Movement.Apply(node.Plan, data, shape, [.. places.SelectMany(place => Enumerable.Range(place, width))]);
    }

    private static TracedValue ScatterMany(NodeContext node)
    {
        (TracedValue data, Tensor indices, TracedValue updates) = (Fixed(node), node.Constant(1, "indices"), node.Input(2));
        (int[] places, _, int width) = Places(data, indices);
        if (node.Attributes.Text("reduction", "none") != "none" || Dims.Count(updates.Shape) != places.Length * width)
        {
            throw new NodeFaultException($"it puts {Dims.Describe(updates.Shape)} at {places.Length} places of {Dims.Describe(data.Shape)}, reduction '{node.Attributes.Text("reduction", "none")}'; expected as many, and none.");
        }
        int count = Dims.Count(data.Shape);
        int[] source = [.. Enumerable.Range(0, count)];
        for (int n = 0; n < places.Length * width; n++)
        {
            source[places[n / width] + (n % width)] = count + n;
        }
        return Replace(node, data, updates, source);
    }

    private static TracedValue Triangle(NodeContext node)
    {
        TracedValue data = node.Input(0);
        long k = node.Integers(1, "k") is [var stated] ? stated : 0;
        bool upper = node.Attributes.Int("upper", 1) != 0;
        if (data.Shape is not [.., { IsStatic: true }, { IsStatic: true }] || data is not (SignalValue or ConstantValue))
        {
            throw new NodeFaultException($"it takes the triangle of {data.Kind} of shape {Dims.Describe(data.Shape)}; expected a value whose last two axes are fixed.");
        }
        int count = Dims.Count(data.Shape);
        int[] strides = Dims.Strides(data.Shape);
        int[] source = Dims.Map(data.Shape, index => (upper ? index[^1] - index[^2] >= k : index[^1] - index[^2] <= k) ? index.Index().Sum(i => i.Item * strides[i.Index]) : count);
        TracedValue zero = data is ConstantValue { Tensor.Integers: not null } whole
            ? new ConstantValue(Tensor.Of([1], [0L], whole.Tensor.Type))
            : new ConstantValue(Tensor.Of([1], [0f], data is ConstantValue constant ? constant.Tensor.Type : ElementType.Float32));
        return Replace(node, data, zero, source);
    }

    private static ConstantValue Eye(NodeContext node)
    {
        Dim[] shape = node.Input(0).Shape;
        long k = node.Attributes.Int("k", 0);
        if (shape is not [{ IsStatic: true }, { IsStatic: true }])
        {
            throw new NodeFaultException($"it makes a matrix of shape {Dims.Describe(shape)}; expected two fixed axes.");
        }
        Dims.CheckCount(shape);
        var type = (ElementType)node.Attributes.Int("dtype", (long)(node.Input(0) switch { SignalValue signal => signal.Type, ConstantValue constant => constant.Tensor.Type, _ => ElementType.Int64 }));
        int[] ones = Dims.Map(shape, index => index[1] - index[0] == k ? 1 : 0);
        int[] sizes = [.. shape.Select(static d => (int)d.Size)];
        return new ConstantValue(ElementTypes.IsInteger(type) ? Tensor.Of(sizes, [.. ones.Select(static n => (long)n)], type) : Tensor.Of(sizes, [.. ones.Select(static n => (float)n)], type));
    }

    // Other values come behind those of the data, and some places take theirs from there.
    private static TracedValue Replace(NodeContext node, TracedValue data, TracedValue others, int[] source)
    {
        Dim[] leading = [.. data.Shape.Where(static d => !d.IsStatic)];
        TracedValue flat = Movement.Reshape(data, [.. leading, new Dim(Dims.Count(data.Shape))]);
        TracedValue more = Broadcast.To(node.Plan, Movement.Reshape(others, [.. others.Shape.Where(static d => !d.IsStatic), new Dim(Dims.Count(others.Shape))]), [.. leading, new Dim(Dims.Count(others.Shape))]);
        return Movement.Apply(node.Plan, Movement.Concatenate(node.Plan, [flat, more], leading.Length), data.Shape, source);
    }

    private static TracedValue Fixed(NodeContext node) => node.Input(0).Shape.All(static d => d.IsStatic) ? node.Input(0)
        : throw new NodeFaultException($"it picks single places of {Dims.Describe(node.Input(0).Shape)}; expected fixed axes.");

    private static (int[] Places, int Depth, int Width) Places(TracedValue data, Tensor indices)
    {
        int depth = indices.Shape is [.., var last] ? last : 0;
        if (indices.Integers is not { } all || depth < 1 || depth > data.Shape.Length)
        {
            throw NodeFaultException.Wrong($"its indices have shape [{string.Join(", ", indices.Shape)}] for {Dims.Describe(data.Shape)}; expected whole numbers, at most one an axis.");
        }
        int[] strides = Dims.Strides(data.Shape);
        int[] places = [.. all.Chunk(depth).Select(index => index.Index().Sum(i => (int)Within(i.Item, data.Shape[i.Index]) * strides[i.Index]))];
        return (places, depth, Dims.Count(data.Shape[depth..]));
    }

    private static (TracedValue Data, Tensor Indices, int Axis) Read(NodeContext node)
    {
        (TracedValue data, Tensor indices) = (Fixed(node), node.Constant(1, "indices"));
        int axis = NodeContext.Axis(node.Attributes.Int("axis", 0), data.Shape.Length);
        if (indices.Integers is null || indices.Shape.Length != data.Shape.Length || data.Shape.Index().Any(d => indices.Shape[d.Index] > d.Item.Size && d.Index != axis))
        {
            throw NodeFaultException.Wrong($"its indices have shape [{string.Join(", ", indices.Shape)}] for {Dims.Describe(data.Shape)} along axis {axis}; expected whole numbers, and no more of them on the other axes.");
        }
        return (data, indices, axis);
    }

    private static int PlaceOf(int[] index, TracedValue data, int[] strides, int axis, Tensor indices, int n) =>
        index.Index().Sum(i => strides[i.Index] * (i.Index == axis ? (int)Within(indices.Integers![n], data.Shape[axis]) : i.Item)); // whole numbers, just checked

    private static long Within(long index, Dim axis)
    {
        long place = index < 0 ? index + axis.Size : index;
        return axis.IsStatic && place >= 0 && place < axis.Size ? place : throw NodeFaultException.Wrong($"the index {index} lies outside an axis of {axis}.");
    }
}
