namespace Lstm.OnnxRuntime;

/// <summary>A state that goes through a graph: what comes out of one step goes into the next.</summary>
/// <param name="Input">Name of the graph input, e.g. "h0".</param>
/// <param name="Output">Name of the graph output that feeds it, e.g. "hn".</param>
public sealed record OrtStatePair(string Input, string Output);
