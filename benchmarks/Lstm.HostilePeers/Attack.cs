namespace Lstm.HostilePeers;

/// <summary>Something that a hostile peer does.</summary>
/// <param name="Name">What it is called on the command line.</param>
/// <param name="What">What it does.</param>
/// <param name="RunAsync">Does it until the target says stop.</param>
internal sealed record Attack(string Name, string What, Func<Target, Task> RunAsync);
