using Lstm.Engine;

namespace Lstm.Cli.Bench.Service;

/// <summary>A model of a benchmark.</summary>
/// <param name="Name">Its name on the servers.</param>
/// <param name="Model">The model in this process, to compare answers with.</param>
/// <param name="Inputs">What sessions are sent: rows of [input_size].</param>
internal sealed record BenchModel(string Name, Model Model, float[][] Inputs);
