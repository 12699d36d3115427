namespace Lstm.Cli.Demo.View;

/// <summary>Shows the demo while it runs.</summary>
internal interface IDemoView : IDisposable
{
    /// <summary>Called after every step; a view decides itself how often it draws.</summary>
    void Update(DemoState state);
}
