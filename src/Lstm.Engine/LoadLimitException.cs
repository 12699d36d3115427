namespace Lstm.Engine;

/// <summary>A load takes more than it may; at the door it becomes a <see cref="ModelLoadException"/>.</summary>
/// <param name="message">The fault: whole sentences.</param>
internal sealed class LoadLimitException(string message) : Exception(message)
{
    /// <summary>The fault.</summary>
    public ModelFault Fault { get; } = new("", "", message) { Kind = ModelFaultKind.Limit };

    /// <summary>The refusal of a file.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The exception for callers.</returns>
    public ModelLoadException Of(string path) => new(path, [Fault], this);
}
