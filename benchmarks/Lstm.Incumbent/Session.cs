namespace Lstm.Incumbent;

/// <summary>One session: its state and how far it is.</summary>
/// <param name="id">Its id.</param>
/// <param name="model">Its model.</param>
internal sealed class Session(string id, StepModel model)
{
    /// <summary>Its id.</summary>
    public string Id { get; } = id;

    /// <summary>Its model.</summary>
    public StepModel Model { get; } = model;

    /// <summary>Entered for a step: two streams may have opened the same session.</summary>
    public Lock Gate { get; } = new();

    /// <summary>All its states, one after the other.</summary>
    public float[] State { get; } = new float[model.StateSize];

    /// <summary>Steps done.</summary>
    public ulong Steps { get; set; }
}
