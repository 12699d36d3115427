using Microsoft.ML.OnnxRuntime;

namespace Lstm.Incumbent;

/// <summary>A tensor that ONNX Runtime reads or writes where it lies.</summary>
internal sealed class BoundTensor : IDisposable
{
    /// <summary>Reserves it.</summary>
    /// <param name="name">The graph's name for it.</param>
    /// <param name="shape">Lengths of its axes.</param>
    public BoundTensor(string name, long[] shape)
    {
        Name = name;
        Values = GC.AllocateArray<float>((int)shape.Aggregate(1L, static (product, n) => product * n), pinned: true);
        Ort = OrtValue.CreateTensorValueFromMemory(Values, shape);
    }

    /// <summary>The graph's name for it.</summary>
    public string Name { get; }

    /// <summary>Its values, row-major.</summary>
    public float[] Values { get; }

    /// <summary>The same for ONNX Runtime.</summary>
    public OrtValue Ort { get; }

    /// <inheritdoc/>
    public void Dispose() => Ort.Dispose();
}
