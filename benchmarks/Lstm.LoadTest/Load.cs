namespace Lstm.LoadTest;

/// <summary>A load: ping-pong streams, each with one session and one step in flight.</summary>
/// <param name="Name">As the report calls it.</param>
/// <param name="Streams">Concurrent streams.</param>
/// <param name="Connections">Connections that they share.</param>
internal sealed record Load(string Name, int Streams, int Connections);
