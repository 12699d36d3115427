using Lstm.Engine;

namespace Lstm.Service.Rest.Bodies;

/// <summary>A recurrent layer.</summary>
/// <param name="Name">The node's name in the file.</param>
/// <param name="Kind">LSTM, GRU or RNN.</param>
/// <param name="Direction">forward or reverse.</param>
/// <param name="InputSize">m.</param>
/// <param name="HiddenSize">n.</param>
/// <param name="Parameters">In the textbook's form: 4·(n·(n+m)+n) for an LSTM.</param>
internal sealed record LayerBody(string Name, string Kind, string Direction, int InputSize, int HiddenSize, long Parameters)
{
    /// <summary>Describes a layer.</summary>
    /// <param name="layer">The layer.</param>
    /// <returns>The body.</returns>
    public static LayerBody From(LayerInfo layer) => new(layer.Name, layer.Kind, layer.Direction, layer.InputSize, layer.HiddenSize, layer.ParameterCount);
}
