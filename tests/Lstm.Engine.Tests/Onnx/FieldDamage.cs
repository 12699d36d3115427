using Google.Protobuf;
using Google.Protobuf.Collections;
using Lstm.Engine.Onnx.Schema;
using Lstm.Tests.Shared.Onnx;
using DataType = Lstm.Engine.Onnx.Schema.TensorProto.Types.DataType;

namespace Lstm.Engine.Tests.Onnx;

/// <summary>Damages files field by field: they still parse, but what they say is wrong, or no longer the same.</summary>
/// <param name="random">Where the choices come from.</param>
/// <param name="others">Files to take pieces from.</param>
internal sealed class FieldDamage(Random random, IReadOnlyList<string> others)
{
    private static readonly long[] Extremes = [0, -1, 1, 2, -2, 3, 7, 1 << 20, int.MaxValue, int.MinValue, 1L << 31, 1L << 40, long.MaxValue, long.MinValue];
    private static readonly float[] Floats = [0, -0f, -1, 1, 0.5f, float.NaN, float.PositiveInfinity, float.NegativeInfinity, float.MaxValue, float.Epsilon, 1e30f];
    private static readonly string[] Texts = ["", "reverse", "bidirectional", "forward", "Tanh", "ELU", "NOTSET", "wobble", "\0", "ﬀ🙂", "../x"];
    private static readonly string[] Locations = ["../../etc/passwd", "/etc/passwd", "model.onnx", "", "weights.bin", "~/x", "..", "\0"];

    /// <summary>Damages a file.</summary>
    /// <param name="model">The file; changed.</param>
    /// <returns>What was done, in words.</returns>
    public string Apply(ModelProto model)
    {
        var done = new List<string>();
        for (int n = random.Next(1, 4); n > 0; n--)
        {
            (string what, Action<ModelProto> damage) = Pick<(string, Action<ModelProto>)>(
                ("initializer gone", m => Remove(m.Graph.Initializer)),
                ("initializer twice", m => Repeat(m.Graph.Initializer)),
                ("node gone", m => Remove(m.Graph.Node)),
                ("node twice", m => Repeat(m.Graph.Node)),
                ("node of another kind", m => OnNode(m, node => node.OpType = Pick([.. m.Graph.Node]).OpType)),
                ("node of another domain", m => OnNode(m, node => node.Domain = Pick("ai.onnx", "ai.onnx.ml", "com.microsoft", " "))),
                ("inputs exchanged", m => OnNode(m, node => Exchange(node.Input))),
                ("outputs exchanged", m => OnNode(m, node => Exchange(node.Output))),
                ("input replaced", m => OnNode(m, node => Replace(node.Input, AnyValue(m)))),
                ("input added", m => OnNode(m, node => node.Input.Add(Enumerable.Repeat(AnyValue(m), random.Next(1, 9))))),
                ("input gone", m => OnNode(m, node => Remove(node.Input))),
                ("output renamed", m => OnNode(m, node => Replace(node.Output, Pick("", "elsewhere", AnyValue(m))))),
                ("outputs added", m => OnNode(m, node => node.Output.Add(["more", "and_more"]))),
                ("attribute gone", m => OnNode(m, node => Remove(node.Attribute))),
                ("attribute twice", m => OnNode(m, node => Repeat(node.Attribute))),
                ("attribute changed", m => OnAttribute(m, Change)),
                ("attribute retyped", m => OnAttribute(m, a => a.Type = (AttributeProto.Types.AttributeType)random.Next(12))),
                ("attribute renamed", m => OnAttribute(m, a => a.Name = Pick("axis", "axes", "perm", "to", "layout", "wobble", ""))),
                ("attribute added", m => OnNode(m, node => node.Attribute.Add(NewAttribute()))),
                ("dims changed", m => OnTensor(m, Reshape)),
                ("type changed", m => OnTensor(m, t => t.DataType = random.Next(25))),
                ("data cut", m => OnTensor(m, t => t.RawData = t.RawData.Memory.Span[..random.Next(t.RawData.Length + 1)] is var cut ? ByteString.CopyFrom(cut) : t.RawData)),
                ("data in two places", m => OnTensor(m, t => t.FloatData.Add([1, 2, 3]))),
                ("weights not finite", m => OnTensor(m, Poison)),
                ("whole numbers changed", m => OnTensor(m, Scramble)),
                ("data outside", m => OnTensor(m, MoveOut)),
                ("port changed", ChangePort),
                ("port gone", m => Remove(random.Next(2) == 0 ? m.Graph.Input : m.Graph.Output)),
                ("port twice", m => Repeat(random.Next(2) == 0 ? m.Graph.Input : m.Graph.Output)),
                ("output of any value", m => m.Graph.Output.Add(new ValueInfoProto { Name = AnyValue(m) })),
                ("operator set changed", m => m.OpsetImport[0].Version = Pick(Pick(Extremes), random.Next(1, 24))),
                ("pieces of another file", Splice),
                ("cycle", m => OnNode(m, node => Replace(node.Input, Pick([.. m.Graph.Node]).Output.FirstOrDefault() ?? ""))),
                ("branches", Nest),
                ("order changed", m => Exchange(m.Graph.Node)));
            damage(model);
            done.Add(what);
        }
        return string.Join(", ", done);
    }

    private T Pick<T>(params ReadOnlySpan<T> options) => options[random.Next(options.Length)];

    private void Remove<T>(RepeatedField<T> list)
    {
        if (list.Count > 0)
        {
            list.RemoveAt(random.Next(list.Count));
        }
    }

    private void Repeat<T>(RepeatedField<T> list)
        where T : IDeepCloneable<T>
    {
        if (list.Count > 0)
        {
            list.Insert(random.Next(list.Count), Pick([.. list]).Clone());
        }
    }

    private void Replace(RepeatedField<string> names, string name)
    {
        if (names.Count > 0)
        {
            names[random.Next(names.Count)] = name;
        }
    }

    private void Exchange<T>(RepeatedField<T> list)
    {
        if (list.Count > 1)
        {
            (int a, int b) = (random.Next(list.Count), random.Next(list.Count));
            (list[a], list[b]) = (list[b], list[a]);
        }
    }

    private void OnNode(ModelProto model, Action<NodeProto> change)
    {
        if (model.Graph.Node.Count > 0)
        {
            change(Pick([.. model.Graph.Node]));
        }
    }

    private void OnAttribute(ModelProto model, Action<AttributeProto> change) => OnNode(model, node =>
    {
        if (node.Attribute.Count > 0)
        {
            change(Pick([.. node.Attribute]));
        }
    });

    private void OnTensor(ModelProto model, Action<TensorProto> change)
    {
        TensorProto[] tensors = [.. model.Graph.Initializer, .. model.Graph.Node.SelectMany(static n => n.Attribute).Select(static a => a.T).OfType<TensorProto>()];
        if (tensors.Length > 0)
        {
            change(Pick(tensors));
        }
    }

    private string AnyValue(ModelProto model)
    {
        string[] names = ["", "nowhere", .. model.Graph.Input.Select(static i => i.Name), .. model.Graph.Initializer.Select(static i => i.Name), .. model.Graph.Node.SelectMany(static n => n.Output)];
        return Pick(names);
    }

    private void Change(AttributeProto attribute)
    {
        attribute.I = Pick(Extremes);
        attribute.F = Pick(Floats);
        attribute.S = ByteString.CopyFromUtf8(Pick(Texts));
        Resize(attribute.Ints, Extremes);
        Resize(attribute.Floats, Floats);
        Resize(attribute.Strings, Array.ConvertAll(Texts, ByteString.CopyFromUtf8));
    }

    // Now and then as long as nobody writes by hand.
    private void Resize<T>(RepeatedField<T> list, T[] values)
    {
        while (list.Count > 0 && random.Next(3) == 0)
        {
            list.RemoveAt(list.Count - 1);
        }
        int more = random.Next(50) == 0 ? 10_000 : random.Next(3);
        list.Add(Enumerable.Range(0, more).Select(_ => Pick(values)));
        if (list.Count > 0)
        {
            list[random.Next(list.Count)] = Pick(values);
        }
    }

    private AttributeProto NewAttribute() => OnnxAttribute.Of(
        Pick("axis", "axes", "keepdims", "layout", "clip", "direction", "activations", "to", "perm", "alpha", "hidden_size", "noop_with_empty_axes", "wobble"),
        Pick<object>(Pick(Extremes), Pick(Floats), Pick(Texts), new[] { Pick(Extremes), Pick(Extremes) }, new[] { Pick(Floats) }, new[] { Pick(Texts), Pick(Texts) }));

    private void Reshape(TensorProto tensor)
    {
        switch (random.Next(4))
        {
            case 0:
                Exchange(tensor.Dims);
                break;
            case 1:
                Resize(tensor.Dims, Extremes);
                break;
            case 2 when tensor.Dims.Count > 0:
                tensor.Dims[random.Next(tensor.Dims.Count)] += random.Next(-1, 2);
                break;
            default:
                tensor.Dims.Insert(random.Next(tensor.Dims.Count + 1), 1);
                break;
        }
    }

    private void Poison(TensorProto tensor)
    {
        if (tensor.DataType == (int)DataType.Float && tensor.RawData.Length >= sizeof(float))
        {
            byte[] raw = tensor.RawData.ToByteArray();
            BitConverter.TryWriteBytes(raw.AsSpan(random.Next(raw.Length / sizeof(float)) * sizeof(float)), Pick(Floats));
            tensor.RawData = ByteString.CopyFrom(raw);
        }
    }

    private void Scramble(TensorProto tensor)
    {
        if (tensor.DataType == (int)DataType.Int64)
        {
            byte[] raw = tensor.RawData.ToByteArray();
            for (int at = 0; at + sizeof(long) <= raw.Length && at < 80; at += sizeof(long))
            {
                BitConverter.TryWriteBytes(raw.AsSpan(at), Pick(Extremes));
            }
            tensor.RawData = ByteString.CopyFrom(raw);
        }
    }

    private void MoveOut(TensorProto tensor)
    {
        tensor.DataLocation = TensorProto.Types.DataLocation.External;
        tensor.ExternalData.Add(new StringStringEntryProto { Key = "location", Value = Pick(Locations) });
        tensor.ExternalData.Add(new StringStringEntryProto { Key = "length", Value = $"{Pick(Extremes)}" });
    }

    private void ChangePort(ModelProto model)
    {
        RepeatedField<ValueInfoProto> ports = random.Next(3) == 0 ? model.Graph.Output : model.Graph.Input;
        if (ports.Count == 0)
        {
            return;
        }
        ValueInfoProto port = Pick([.. ports]);
        RepeatedField<TensorShapeProto.Types.Dimension>? dims = port.Type?.TensorType?.Shape?.Dim;
        switch (random.Next(5))
        {
            case 0:
                port.Type = null;
                break;
            case 1 when port.Type?.TensorType is { } tensor:
                tensor.ElemType = random.Next(25);
                break;
            case 2 when dims is not null:
                dims.Add(new TensorShapeProto.Types.Dimension { DimValue = Pick(Extremes) });
                break;
            case 3 when dims is { Count: > 0 }:
                dims.RemoveAt(random.Next(dims.Count));
                break;
            default:
                if (dims is { Count: > 0 })
                {
                    dims[random.Next(dims.Count)] = random.Next(3) == 0 ? new TensorShapeProto.Types.Dimension { DimParam = "any" } : new TensorShapeProto.Types.Dimension { DimValue = Pick(Extremes) };
                }
                break;
        }
    }

    private void Splice(ModelProto model)
    {
        GraphProto other = ModelProto.Parser.ParseFrom(File.ReadAllBytes(Pick([.. others]))).Graph;
        switch (random.Next(3))
        {
            case 0:
                model.Graph.Node.Insert(random.Next(model.Graph.Node.Count + 1), Pick([.. other.Node]));
                break;
            case 1 when other.Initializer.Count > 0 && model.Graph.Initializer.Count > 0:
                string name = Pick([.. model.Graph.Initializer]).Name;
                TensorProto taken = Pick([.. other.Initializer]);
                taken.Name = name;
                model.Graph.Initializer.Remove(model.Graph.Initializer.First(i => i.Name == name));
                model.Graph.Initializer.Add(taken);
                break;
            default:
                model.Graph.Node.Add(other.Node);
                model.Graph.Initializer.Add(other.Initializer);
                model.Graph.Output.Add(other.Output);
                break;
        }
    }

    // The graph in a branch in a branch …
    private void Nest(ModelProto model)
    {
        GraphProto inner = model.Graph.Clone();
        for (int depth = random.Next(1, 12); depth > 0; depth--)
        {
            var node = new NodeProto { OpType = Pick("If", "Loop", "Scan"), Input = { AnyValue(model) }, Output = { inner.Output.Select(static o => o.Name) } };
            node.Attribute.Add(OnnxAttribute.Of(Pick("then_branch", "body"), inner));
            node.Attribute.Add(OnnxAttribute.Of("else_branch", inner.Clone()));
            inner = new GraphProto { Node = { node }, Output = { inner.Output } };
            if (inner.CalculateSize() > 1 << 20)
            {
                break;
            }
        }
        model.Graph.Node.Add(inner.Node);
    }
}
