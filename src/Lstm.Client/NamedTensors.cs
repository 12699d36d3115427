using Lstm.V1;

namespace Lstm.Client;

/// <summary>Makes named tensors: pieces of a state, and what a session is given when it opens.</summary>
public static class NamedTensors
{
    /// <summary>Makes one.</summary>
    /// <param name="name">Its name: that of an input of the model, or of a piece of its state.</param>
    /// <param name="values">Its values, row-major. Copied.</param>
    /// <param name="shape">Its shape without the batch; may be left out where it follows from the number of values.</param>
    /// <returns>The tensor.</returns>
    public static NamedTensor Of(string name, ReadOnlySpan<float> values, params ReadOnlySpan<int> shape)
    {
        var tensor = new NamedTensor { Name = name };
        tensor.Values.Append(values);
        foreach (int length in shape)
            tensor.Shape.Add(checked((uint)length));
        return tensor;
    }
}
