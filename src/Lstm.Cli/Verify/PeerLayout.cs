using Lstm.Engine;
using Lstm.OnnxRuntime;

namespace Lstm.Cli.Verify;

/// <summary>Where time and batch lie in an input of a graph; -1 where it has no such axis.</summary>
internal readonly record struct PeerLayout(int TimeAxis, int BatchAxis)
{
    /// <summary>All layouts in which what remains of the port is the shape of one step, those with a time axis first.</summary>
    public static IEnumerable<PeerLayout> Candidates(OrtPort port, TensorInfo input)
    {
        foreach (var time in Enumerable.Range(0, port.Shape.Count).Append(-1))
        {
            for (var batch = -1; batch < port.Shape.Count; batch++)
            {
                var layout = new PeerLayout(time, batch);
                if (layout.Fits(port, input))
                    yield return layout;
            }
        }
    }

    /// <summary>The tensor's shape for that many steps and one row.</summary>
    public long[] Shape(OrtPort port, TensorInfo input, int steps)
    {
        var shape = new long[port.Shape.Count];
        var next = 0;
        for (var axis = 0; axis < shape.Length; axis++)
            shape[axis] = axis == TimeAxis ? steps : axis == BatchAxis ? 1 : input.Shape[next++];
        return shape;
    }

    /// <summary>Lays x(1) … x(T) of one row out in that shape.</summary>
    public OrtTensor Pack(OrtPort port, TensorInfo input, ReadOnlySpan<float[]> x, int offset)
    {
        var shape = Shape(port, input, x.Length);
        // Values of a step that lie after the time axis stay together.
        var inner = 1;
        for (var axis = TimeAxis + 1; axis < shape.Length; axis++)
            inner *= (int)shape[axis];
        inner = TimeAxis < 0 ? input.Size : inner;
        var values = new float[x.Length * input.Size];
        for (var t = 0; t < x.Length; t++)
        {
            for (var i = 0; i < input.Size; i++)
                values[(i / inner * x.Length + t) * inner + i % inner] = x[t][offset + i];
        }
        return OrtTensor.FromFloats(port.ElementType, shape, values);
    }

    private bool Fits(OrtPort port, TensorInfo input)
    {
        if (TimeAxis >= 0 && TimeAxis == BatchAxis || port.Shape.Count != input.Shape.Count + (TimeAxis < 0 ? 0 : 1) + (BatchAxis < 0 ? 0 : 1))
            return false;
        var next = 0;
        for (var axis = 0; axis < port.Shape.Count; axis++)
        {
            if (axis == TimeAxis)
                continue;
            // One session is one row: a batch of fixed length can be compared only when that is 1.
            var wanted = axis == BatchAxis ? 1 : input.Shape[next++];
            if (port.Shape[axis] >= 0 && port.Shape[axis] != wanted)
                return false;
        }
        return true;
    }
}
