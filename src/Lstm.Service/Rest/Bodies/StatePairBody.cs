namespace Lstm.Service.Rest.Bodies;

/// <summary>A state input of the file and the output that feeds it.</summary>
/// <param name="Input">The input's name.</param>
/// <param name="Output">The output's name; empty: the file does not give it.</param>
/// <param name="Found">How the two were matched, in words.</param>
internal sealed record StatePairBody(string Input, string Output, string Found);
