namespace Lstm.Engine.Layers;

/// <summary>A layer that goes through its weights panel by panel, with one session or with as many as share a pass.</summary>
internal abstract class PanelLayer : Layer
{
    /// <inheritdoc/>
    public sealed override void Run(Frame frame, int batch)
    {
        if (batch == 1)
        {
            RunAlone(frame);
            return;
        }
        for (int first = 0; first < batch; first += Frame.MostTogether)
        {
            RunTogether(frame, first, Math.Min(Frame.MostTogether, batch - first));
        }
    }

    /// <summary>One session, in the first row.</summary>
    /// <param name="frame">The rows.</param>
    protected abstract void RunAlone(Frame frame);

    /// <summary>Several sessions.</summary>
    /// <param name="frame">The rows.</param>
    /// <param name="first">The first one's row.</param>
    /// <param name="count">How many, at most <see cref="Frame.MostTogether"/>.</param>
    protected abstract void RunTogether(Frame frame, int first, int count);
}
