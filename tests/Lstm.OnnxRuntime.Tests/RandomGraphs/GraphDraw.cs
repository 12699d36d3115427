using Lstm.Tests.Shared.Onnx;
using DataType = Lstm.Engine.Onnx.Schema.TensorProto.Types.DataType;

namespace Lstm.OnnxRuntime.Tests.RandomGraphs;

/// <summary>
/// The choices of one random graph and the file they go into. Drawn twice from one seed it makes the same graph twice: as our engine reads it,
/// and with what ONNX Runtime has no kernel for (layout 1, a hidden size that is not given) written out for the peer.
/// </summary>
internal sealed class GraphDraw
{
    private readonly Random _random;

    public GraphDraw(int seed, bool forPeer)
    {
        _random = new Random(seed);
        ForPeer = forPeer;
        File = new OnnxBuilder(Pick(7, 8, 9, 10, 11, 12, 13, 14, 15, 17, 18, 19, 20, 21, 22, 23, 24, 25));
        Batch = Chance(0.7) ? GraphBatch.Open : Chance(0.5) ? GraphBatch.One : GraphBatch.None;
        Length = Chance(0.8) ? null : Number(1, 6);
        Layout = Chance(0.5) ? GraphLayout.TimeFirst : GraphLayout.BatchFirst;
        IsWhole = Chance(0.15);
        Note($"opset {Opset}, {Layout}, batch {Batch}, length {Length?.ToString() ?? "open"}");
    }

    public OnnxBuilder File { get; }

    public int Opset => File.Opset;

    /// <summary>Whether what ONNX Runtime does not run is written in another way.</summary>
    public bool ForPeer { get; }

    /// <summary>Set where the file for the peer differs.</summary>
    public bool PeerDiffers { get; set; }

    /// <summary>Set where more than h and c goes from step to step, so that no second run can go on from the states that are handed out.</summary>
    public bool RemembersTime { get; set; }

    public GraphBatch Batch { get; }

    /// <summary>Whether layers may run backward, so that only whole sequences can be run.</summary>
    public bool IsWhole { get; }

    /// <summary>T where the file holds it.</summary>
    public int? Length { get; }

    /// <summary>The leading axes of the inputs.</summary>
    public GraphLayout Layout { get; }

    /// <summary>What the graph is made of, in words.</summary>
    public List<string> Notes { get; } = [];

    public void Note(string what) => Notes.Add(what);

    /// <summary>A whole number between two, both included.</summary>
    public int Number(int least, int most) => _random.Next(least, most + 1);

    public float Real(double least, double most) => (float)(least + ((most - least) * _random.NextDouble()));

    public bool Chance(double probability) => _random.NextDouble() < probability;

    public T Pick<T>(params ReadOnlySpan<T> options) => options[_random.Next(options.Length)];

    public void Shuffle<T>(T[] items) => _random.Shuffle(items);

    public float[] Reals(int count, double bound) => [.. Enumerable.Range(0, count).Select(_ => Real(-bound, bound))];

    /// <summary>A hidden size or a number of features: mostly small, sometimes around the width of a vector.</summary>
    public int Size() => Chance(0.9) ? Number(1, 9) : Pick(15, 16, 17, 33);

    /// <summary>A letter case that no specification writes.</summary>
    public string OddCase(string name) => Number(0, 3) switch
    {
        0 => name.ToUpperInvariant(),
        1 => string.Concat(name.Select(c => Chance(0.5) ? char.ToUpperInvariant(c) : char.ToLowerInvariant(c))),
        _ => name,
    };

    /// <summary>Weights, stored in one of the ways in which exporters store them.</summary>
    public string Weights(float[] values, params long[] dims)
    {
        switch (Number(0, 19))
        {
            case 0:
                return File.Initializer(OnnxTensor.Typed(values, dims));
            case 1:
                return File.Constant(OnnxTensor.Of(DataType.Float, values, dims));
            case 2:
                return File.Cast(File.Initializer(OnnxTensor.Of(DataType.Float16, values, dims)), DataType.Float);
            case 3:
                return File.Cast(File.Initializer(OnnxTensor.Of(DataType.Double, values, dims)), DataType.Float);
            case 4:
                return File.Node("Identity", [File.Floats(values, dims)]);
            case 5 when dims.Length > 0:
                return File.Reshaped(File.Floats(values, values.Length), dims);
            case 6 when dims is [1, ..]:
                return File.Unsqueeze(File.Floats(values, dims[1..]), 0);
            case 7 when dims.Length >= 2 && dims[^1] > 0:
                return Turned(values, dims);
            case 8 when dims is [1, > 1, ..]:
                int half = values.Length / (int)dims[1];
                return File.Node("Concat", [File.Floats(values[..half], [1, 1, .. dims[2..]]), File.Floats(values[half..], [1, dims[1] - 1, .. dims[2..]])], ("axis", 1));
            case 9 when dims.Length > 0:
                return File.Slice(File.Floats([.. Reals(values.Length, 1), .. values], [2 * dims[0], .. dims[1..]]), [0], [dims[0]], [2 * dims[0]]);
            default:
                return File.Floats(values, dims);
        }
    }

    // Stored with the last two axes exchanged, and exchanged back by a Transpose.
    private string Turned(float[] values, long[] dims)
    {
        (int rows, int columns) = ((int)dims[^2], (int)dims[^1]);
        var turned = new float[values.Length];
        for (int n = 0; n < values.Length; n++)
        {
            (int matrix, int place) = Math.DivRem(n, rows * columns);
            turned[(matrix * rows * columns) + (place % columns * rows) + (place / columns)] = values[n];
        }
        long[] perm = [.. Enumerable.Range(0, dims.Length).Select(static n => (long)n)];
        (perm[^1], perm[^2]) = (perm[^2], perm[^1]);
        return File.Transpose(File.Floats(turned, [.. dims[..^2], columns, rows]), perm);
    }
}

/// <summary>The batch axis of a graph's inputs: of any length, of length 1, or not there.</summary>
internal enum GraphBatch
{
    Open,
    One,
    None,
}
