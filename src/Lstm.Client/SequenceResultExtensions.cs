using Lstm.V1;

namespace Lstm.Client;

/// <summary>Finds outputs.</summary>
public static class SequenceResultExtensions
{
    /// <summary>An output by its name.</summary>
    /// <param name="result">What a sequence gave.</param>
    /// <param name="name">The output's name in the file.</param>
    /// <exception cref="KeyNotFoundException">There is none of that name; lists those that there are.</exception>
    public static NamedTensor Output(this SequenceResult result, string name)
    {
        ArgumentNullException.ThrowIfNull(result);
        return result.Outputs.FirstOrDefault(output => output.Name == name)
            ?? throw new KeyNotFoundException($"There is no output '{name}'. Outputs: {string.Join(", ", result.Outputs.Select(static output => output.Name))}.");
    }
}
