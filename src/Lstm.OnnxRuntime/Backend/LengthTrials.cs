using Lstm.Engine;

namespace Lstm.OnnxRuntime.Backend;

/// <summary>Which lengths a graph over time runs, and which axis of each output is time, as runs of many lengths show.</summary>
/// <param name="Shortest">The fewest timesteps that run.</param>
/// <param name="Time">For each output its axis of time, −1 for an output that has the same shape for every length.</param>
/// <param name="Outputs">What came out of the first run.</param>
/// <param name="Length">How many timesteps that had.</param>
internal sealed record LengthTrials(int Shortest, int[] Time, IReadOnlyList<OrtTensor> Outputs, int Length)
{
    private static readonly int[] First = [4, 8, 16, 32, 64, 128, 256, 512, 1024];

    // Odd and even, primes and powers: an output of T / 2 or T / 4 rows, or of T rounded up, shows at some of them.
    private static readonly int[] More = [1, 2, 3, 5, 12, 29];

    /// <summary>Runs a graph whose states start inside.</summary>
    /// <param name="trials">Runs it.</param>
    /// <param name="path">The file, for messages.</param>
    /// <returns>What was found.</returns>
    /// <exception cref="ModelLoadException">No length runs, some do not, or an output has neither one row a timestep nor one for all.</exception>
    public static LengthTrials Find(Trials trials, string path)
    {
        var first = First.FirstOrDefault(n => trials.TryRun(n, 1) is not null);
        if (first == 0)
            trials.Run(First[0], 1); // throws what ONNX Runtime says
        var shortest = Enumerable.Range(1, first).First(n => (n == first || n > first / 2 || first == First[0]) && trials.TryRun(n, 1) is not null);
        List<(int Length, IReadOnlyList<OrtTensor> Outputs)> runs = [(first, trials.Run(first, 1))];
        foreach (var more in More)
        {
            if (trials.TryRun(first + more, 1) is not { } outputs)
                throw Fault(path, $"The graph runs over {first} timesteps but not over {first + more}; expected any length from some number on. Give the length that it is for in model.json: time_axis, and shape with that length.");
            runs.Add((first + more, outputs));
        }
        return new LengthTrials(shortest, [.. Enumerable.Range(0, runs[0].Outputs.Count).Select(n => TimeOf(trials.Outputs[n].Name, [.. runs.Select(r => (r.Length, r.Outputs[n].Shape))], path))], runs[0].Outputs, first);
    }

    private static int TimeOf(string name, IReadOnlyList<(int Length, IReadOnlyList<long> Shape)> runs, string path)
    {
        var shape = runs[0].Shape;
        if (runs.All(r => r.Shape.SequenceEqual(shape)))
            return -1;
        bool IsTime(int axis) => runs.All(r => r.Shape.Count == shape.Count && r.Shape.Select((n, a) => a == axis ? n == r.Length : n == shape[a]).All(static fits => fits));
        var time = Enumerable.Range(0, shape.Count).Where(IsTime).DefaultIfEmpty(-1).First();
        if (time >= 0)
            return time;
        var other = runs.First(r => !r.Shape.SequenceEqual(shape));
        throw Fault(path, $"The output '{name}' has shape {Text(shape)} for {runs[0].Length} timesteps and {Text(other.Shape)} for {other.Length}; expected one row a timestep, or one for all: outputs of another length than the input's are not served.");
    }

    private static string Text(IReadOnlyList<long> shape) => $"[{string.Join(", ", shape)}]";

    private static ModelLoadException Fault(string path, string reason) => new(path, [new ModelFault("", "", reason)]);
}
