namespace Lstm.Engine;

/// <summary>A step was asked of a model that runs whole sequences only.</summary>
/// <param name="info">The model.</param>
public sealed class NotStreamableException(ModelInfo info) : InvalidOperationException(
    $"'{info.Path}' cannot be stepped: {string.Join(" ", info.NotStreamable)} Send whole sequences instead.")
{
    /// <summary>The operators and the reasons.</summary>
    public IReadOnlyList<ModelFault> Reasons { get; } = info.NotStreamable;
}
