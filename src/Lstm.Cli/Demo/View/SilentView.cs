namespace Lstm.Cli.Demo.View;

/// <summary>Shows nothing, for --json.</summary>
internal sealed class SilentView : IDemoView
{
    /// <inheritdoc/>
    public void Update(DemoState state)
    {
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}
