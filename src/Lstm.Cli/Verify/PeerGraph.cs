using Lstm.Engine;
using Lstm.OnnxRuntime;

namespace Lstm.Cli.Verify;

/// <summary>A graph in ONNX Runtime, fed and read by the axes that the engine found, one row in the batch (or as many equal ones as the file fixes). Other axes would not run, or give other numbers.</summary>
/// <param name="peer">The graph.</param>
/// <param name="info">What the engine understood of it.</param>
internal sealed class PeerGraph(OrtModel peer, ModelInfo info)
{
    /// <summary>Whether the graph runs over time, or does one step a run.</summary>
    private bool HasTime { get; } = info.Inputs.Any(static i => i.TimeAxis >= 0);

    /// <summary>The length that the file fixes for its time axis, or 0 when it leaves it open.</summary>
    public int FixedSteps { get; } = info.Inputs.Where(static i => i.TimeAxis >= 0)
        .Select(input => peer.Inputs.First(p => p.Name == input.Name).Shape[input.TimeAxis]).Select(static n => Math.Max(0, n)).FirstOrDefault();

    /// <summary>Whether the file does one timestep a run and keeps its state inside, so that it starts every run anew, where the engine carries the state on.</summary>
    public bool Forgets => HasTime && FixedSteps == 1 && info.StateSize > 0 && info.StatePairs.Count == 0;

    /// <summary>Whether it computes in float16.</summary>
    public bool IsOfHalves { get; } = peer.Inputs.Concat(peer.Outputs).Any(static p => p.ElementType == "float16");

    /// <summary>y(1) … y(T).</summary>
    /// <param name="x">x(1) … x(T), [input_size] each.</param>
    /// <returns>[T][outputs][size]; null where the graph does not show it: an output of the last step alone, in a graph of fixed length.</returns>
    /// <exception cref="PeerException">The graph cannot be fed.</exception>
    public double[]?[][] Run(float[][] x) => HasTime && (FixedSteps != 1 || !info.IsStreamable) ? RunWhole(x) : RunSteps(x);

    private double[]?[][] RunWhole(float[][] x)
    {
        var whole = peer.Run(Pack(x, Zeros()));
        var steps = new double[]?[x.Length][];
        for (var t = 0; t < x.Length; t++)
        {
            IReadOnlyDictionary<string, OrtTensor>? prefix = t == x.Length - 1 ? whole : null;
            steps[t] = new double[]?[info.Outputs.Count];
            foreach (var (i, output) in info.Outputs.Index())
            {
                if (output.EveryStep)
                    steps[t][i] = Timestep(FirstRow(whole[output.Name], output), output, t, x.Length);
                // A run of all steps so far shows what the output would have been; of reverse cells it shows something else.
                else if (prefix is not null || (FixedSteps == 0 && info.IsStreamable))
                    steps[t][i] = (prefix ??= peer.Run(Pack(x[..(t + 1)], Zeros())))[output.Name] is var last ? FirstRow(last, output).ToDoubles() : null;
            }
        }
        return steps;
    }

    private double[]?[][] RunSteps(float[][] x)
    {
        if (info.StatePairs.Any(static p => p.Output.Length == 0))
            throw new PeerException("The graph does one step a run and does not give all its states, so ONNX Runtime cannot carry them over its runs.");
        var states = Zeros();
        var steps = new double[]?[x.Length][];
        for (var t = 0; t < x.Length; t++)
        {
            var outputs = peer.Run(Pack([x[t]], states));
            steps[t] = [.. info.Outputs.Select(o => outputs[o.Name].ToDoubles())];
            foreach (var pairs in info.StatePairs.GroupBy(static p => p.Output))
                Carry(outputs[pairs.Key], [.. pairs], states);
        }
        return steps;
    }

    // One output may hold the states of several inputs, one after the other.
    private void Carry(OrtTensor output, StatePair[] pairs, Dictionary<string, OrtTensor> states)
    {
        float[] values = [.. output.ToDoubles().Select(static v => (float)v)];
        if (values.Length != pairs.Sum(static p => p.Places.Count))
            throw new PeerException($"The output '{pairs[0].Output}' has {values.Length} values but feeds {pairs.Sum(static p => p.Places.Count)}.");
        var start = 0;
        foreach (var pair in pairs)
        {
            var port = peer.Inputs.First(p => p.Name == pair.Input);
            states[pair.Input] = OrtTensor.FromFloats(port.ElementType, states[pair.Input].Shape, values.AsSpan(start, pair.Places.Count));
            start += pair.Places.Count;
        }
    }

    private Dictionary<string, OrtTensor> Zeros() => peer.Inputs.Where(p => info.Inputs.All(i => i.Name != p.Name)).ToDictionary(static p => p.Name, static p =>
    {
        long[] shape = [.. p.Shape.Select(static n => n < 0 ? 1L : n)];
        return OrtTensor.FromFloats(p.ElementType, shape, new float[shape.Aggregate(1L, static (product, n) => product * n)]);
    });

    private Dictionary<string, OrtTensor> Pack(float[][] x, Dictionary<string, OrtTensor> states)
    {
        var inputs = new Dictionary<string, OrtTensor>(states);
        var offset = 0;
        foreach (var input in info.Inputs)
        {
            var port = peer.Inputs.First(p => p.Name == input.Name);
            var steps = input.TimeAxis < 0 ? 1 : x.Length;
            var shape = new long[port.Shape.Count];
            var next = 0;
            for (var axis = 0; axis < shape.Length; axis++)
                shape[axis] = axis == input.TimeAxis ? steps : axis == input.BatchAxis ? 1 : input.Shape[next++];
            // Values of a step that lie after the time axis stay together.
            var inner = input.TimeAxis < 0 ? input.Size : (int)shape[(input.TimeAxis + 1)..].Aggregate(1L, static (product, n) => product * n);
            var values = new float[steps * input.Size];
            for (var t = 0; t < steps; t++)
            {
                for (var i = 0; i < input.Size; i++)
                    values[(i / inner * steps + t) * inner + i % inner] = x[t][offset + i];
            }
            var rows = input.BatchAxis < 0 ? 1 : Math.Max(1, port.Shape[input.BatchAxis]);
            if (rows > 1)
                (values, shape[input.BatchAxis]) = (Repeat(values, shape, input.BatchAxis, rows), rows);
            inputs[input.Name] = OrtTensor.FromFloats(port.ElementType, shape, values);
            offset += input.Size;
        }
        return inputs;
    }

    private static float[] Repeat(float[] values, long[] shape, int axis, int rows)
    {
        var inner = (int)shape[(axis + 1)..].Aggregate(1L, static (product, n) => product * n);
        return [.. values.Chunk(inner).SelectMany(part => Enumerable.Repeat(part, rows)).SelectMany(static part => part)];
    }

    // The first of as many equal rows as the file fixes.
    private static OrtTensor FirstRow(OrtTensor output, TensorInfo info)
    {
        if (info.BatchAxis < 0 || info.BatchAxis == info.TimeAxis || output.Shape[info.BatchAxis] == 1)
            return output;
        var inner = (int)output.Shape.Skip(info.BatchAxis + 1).Aggregate(1L, static (product, n) => product * n);
        float[] values = [.. output.ToDoubles().Chunk(inner).Where((_, n) => n % output.Shape[info.BatchAxis] == 0).SelectMany(static part => part).Select(static v => (float)v)];
        return OrtTensor.FromFloats("float32", [.. output.Shape.Select((n, axis) => axis == info.BatchAxis ? 1 : n)], values);
    }

    private static double[] Timestep(OrtTensor output, TensorInfo info, int t, int steps)
    {
        var values = output.ToDoubles();
        if (info.TimeAxis < 0 && values.Length == info.Size)
            return values; // the same in every timestep
        if (info.TimeAxis < 0 || values.Length != steps * info.Size)
            throw new PeerException($"Output '{info.Name}' of shape [{string.Join(", ", output.Shape)}] does not hold {steps} steps of {info.Size} values.");
        // What lies before the axis of time is the same for all steps; the rest of a step stays together.
        var outer = (int)output.Shape.Take(info.TimeAxis).Aggregate(1L, static (product, n) => product * n);
        var inner = info.Size / outer;
        var result = new double[info.Size];
        for (var i = 0; i < result.Length; i++)
            result[i] = values[(i / inner * steps + t) * inner + i % inner];
        return result;
    }
}
