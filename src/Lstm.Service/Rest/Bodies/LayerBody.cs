namespace Lstm.Service.Rest.Bodies;

/// <summary>A recurrent layer.</summary>
/// <param name="Name">The node's name in the file.</param>
/// <param name="Kind">LSTM, …</param>
/// <param name="InputSize">m.</param>
/// <param name="HiddenSize">n.</param>
/// <param name="Parameters">In the textbook's form: 4·(n·(n+m)+n) for an LSTM.</param>
internal sealed record LayerBody(string Name, string Kind, int InputSize, int HiddenSize, long Parameters);
