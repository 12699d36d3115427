namespace Lstm.Engine.Onnx;

/// <summary>
/// The order of the gates' blocks in weight matrices, the one place that knows it. ONNX stores an LSTM as i o f c, PyTorch as
/// i f g o, Keras as i f c o; a GRU is z r h in ONNX and Keras, r z n in PyTorch. Lstm works in PyTorch's order.
/// </summary>
internal static class GateOrder
{
    /// <summary>For each gate of i f g o: the number of its block in ONNX's LSTM.</summary>
    public static ReadOnlySpan<int> LstmInOnnx => [0, 2, 3, 1];

    /// <summary>For each gate of r z n: the number of its block in ONNX's GRU.</summary>
    public static ReadOnlySpan<int> GruInOnnx => [1, 0, 2];

    /// <summary>Reorders blocks of rows.</summary>
    /// <param name="source">[gates·rows, columns] in the file's order.</param>
    /// <param name="order">For each gate of ours the number of its block in the source.</param>
    /// <returns>The same values in our order.</returns>
    public static float[] Reorder(ReadOnlySpan<float> source, ReadOnlySpan<int> order)
    {
        int block = source.Length / order.Length;
        var result = new float[source.Length];
        for (int gate = 0; gate < order.Length; gate++)
        {
            source.Slice(order[gate] * block, block).CopyTo(result.AsSpan(gate * block));
        }
        return result;
    }
}
