using Lstm.Engine;
using Lstm.OnnxRuntime;

namespace Lstm.Cli.Verify.Runtime;

/// <summary>
/// A file in ONNX Runtime, fed and read by its own inputs and outputs, one row in the batch (or as many equal ones as the file fixes). Which axis is
/// time is the engine's claim: another one would not run, or give other numbers.
/// </summary>
/// <param name="file">The graph.</param>
/// <param name="info">What the engine claims of its inputs and outputs.</param>
/// <param name="pairs">Which output feeds which state input.</param>
/// <param name="lengths">Inputs that say how long a sequence is and that the engine does not take.</param>
/// <param name="once">Inputs that are given once, when a session opens.</param>
internal sealed class ReferenceGraph(OrtModel file, ModelInfo info, IReadOnlyList<NamePair> pairs, IReadOnlyList<string> lengths, IReadOnlyList<SessionInput> once)
{
    private readonly bool _hasTime = info.Inputs.Any(static i => i.TimeAxis >= 0);

    /// <summary>The length that the file fixes for its time axis, or 0 when it leaves it open.</summary>
    public int FixedSteps { get; } = info.Inputs.Where(static i => i.TimeAxis >= 0)
        .Select(input => file.Inputs.First(p => p.Name == input.Name).Shape[input.TimeAxis]).Select(static n => Math.Max(0, n)).FirstOrDefault();

    /// <summary>Whether the file does one timestep a run and keeps its state inside, so that it starts every run anew, where the engine carries the state on.</summary>
    public bool Forgets => _hasTime && FixedSteps == 1 && info.StateSize > 0 && pairs.Count == 0;

    /// <summary>Whether one run covers a whole sequence.</summary>
    public bool RunsWhole => _hasTime && info.FrameContext == 0 && (FixedSteps != 1 || !info.IsStreamable);

    /// <summary>Whether it computes in float16.</summary>
    public bool IsOfHalves { get; } = file.Inputs.Concat(file.Outputs).Any(static p => p.ElementType == "float16");

    /// <summary>y(1) … y(T) of one run over all timesteps, and of runs over those so far for outputs that have the last one alone.</summary>
    /// <param name="x">x(1) … x(T), [input_size] each.</param>
    /// <returns>[T][outputs][size]; null where the graph does not show it: an output of the last step alone, in a graph of fixed length or of reverse cells.</returns>
    /// <exception cref="NothingToCompareException">The graph cannot be fed.</exception>
    public double[]?[][] RunWhole(float[][] x)
    {
        var whole = Run(Pack(x, Zeros()));
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
                    steps[t][i] = FirstRow((prefix ??= Run(Pack(x[..(t + 1)], Zeros())))[output.Name], output).ToDoubles();
            }
        }
        return steps;
    }

    /// <summary>y(1) … y(T) of a run for each timestep, what the state outputs give going into the state inputs of the next.</summary>
    /// <param name="x">x(1) … x(T), [input_size] each.</param>
    /// <returns>[T][outputs][size].</returns>
    /// <exception cref="NothingToCompareException">The graph cannot be fed.</exception>
    public double[][][] RunSteps(float[][] x)
    {
        var states = Zeros();
        var contexts = info.Inputs.ToDictionary(static i => i.Name, i => new float[FrameContextOf(i) is var c and > 0 ? i.Size / i.Shape[^1] * c : 0]);
        var steps = new double[x.Length][][];
        for (var t = 0; t < x.Length; t++)
        {
            var outputs = Run(Pack([x[t]], states, contexts));
            steps[t] = [.. info.Outputs.Select(o => FirstRow(outputs[o.Name], o).ToDoubles())];
            foreach (var fed in pairs.GroupBy(static p => p.Output))
                Carry(outputs[fed.Key], [.. fed.Select(static p => p.Input)], states);
        }
        return steps;
    }

    private IReadOnlyDictionary<string, OrtTensor> Run(IReadOnlyDictionary<string, OrtTensor> inputs)
    {
        try
        {
            return file.Run(inputs);
        }
        catch (ArgumentException error)
        {
            throw new NothingToCompareException($"it does not take what the engine takes: {error.Message.Replace(" (Parameter 'inputs')", "", StringComparison.Ordinal)}");
        }
    }

    /// <summary>Inputs and outputs with the lengths that a run of one timestep has, where the file leaves them open.</summary>
    /// <param name="x">x(1).</param>
    /// <returns>As the file declares them when it does not run.</returns>
    public (IReadOnlyList<OrtPort> Inputs, IReadOnlyList<OrtPort> Outputs) Measure(float[] x)
    {
        try
        {
            var inputs = Pack([x], Zeros());
            var outputs = Run(inputs);
            return ([.. file.Inputs.Select(p => Measured(p, inputs))], [.. file.Outputs.Select(p => Measured(p, outputs))]);
        }
        catch (NothingToCompareException)
        {
            return (file.Inputs, file.Outputs);
        }
    }

    private static OrtPort Measured(OrtPort port, IReadOnlyDictionary<string, OrtTensor> run) =>
        run.TryGetValue(port.Name, out var tensor) ? port with { Shape = [.. tensor.Shape.Select(static n => (int)n)] } : port;

    /// <summary>
    /// Whether rows of what the engine takes for the batch are independent: beside another each gives what it gives alone. Time in its place would not.
    /// </summary>
    /// <param name="x">A sequence.</param>
    /// <param name="other">Another, as long.</param>
    /// <param name="allowed">How far the outputs may be apart.</param>
    /// <returns>The output that differs; null when none does, or when the file has no open batch.</returns>
    public string? FindDependentRows(float[][] x, float[][] other, double allowed)
    {
        if (once.Count > 0 || info.FrameContext > 0 || info.Inputs.Any(i => i.BatchAxis < 0 || i.BatchAxis == i.TimeAxis || Port(i.Name).Shape[i.BatchAxis] >= 0))
            return null;
        if (!RunsWhole)
            (x, other) = (x[..1], other[..1]);
        IReadOnlyDictionary<string, OrtTensor>[] single;
        IReadOnlyDictionary<string, OrtTensor> two;
        try
        {
            single = [Run(Pack(x, Zeros())), Run(Pack(other, Zeros()))];
            var (first, second) = (Pack(x, Zeros(2)), Pack(other, Zeros(2)));
            foreach (var input in info.Inputs)
                first[input.Name] = Join(first[input.Name], second[input.Name], input.BatchAxis, Port(input.Name).ElementType);
            two = Run(first);
        }
        catch (NothingToCompareException)
        {
            return null; // The file runs one row alone, whatever it declares.
        }
        foreach (var output in info.Outputs.Where(static o => o.BatchAxis < 0 || o.BatchAxis != o.TimeAxis))
        {
            // Later timesteps depend on earlier ones, of reverse cells the other way round: so both rows are looked at.
            for (var row = 0; row < single.Length; row++)
            {
                var (a, b) = (single[row][output.Name].ToDoubles(), Row(two[output.Name], output, row).ToDoubles());
                if (a.Length == b.Length ? a.Zip(b).Any(v => Math.Abs(v.First - v.Second) > allowed) : output.BatchAxis >= 0)
                    return output.Name;
            }
        }
        return null;
    }

    // Two rows along the axis of the batch.
    private static OrtTensor Join(OrtTensor a, OrtTensor b, int axis, string type)
    {
        var inner = (int)a.Shape.Skip(axis).Aggregate(1L, static (product, n) => product * n);
        float[] values = [.. a.ToDoubles().Chunk(inner).Zip(b.ToDoubles().Chunk(inner)).SelectMany(static p => p.First.Concat(p.Second)).Select(static v => (float)v)];
        return OrtTensor.FromFloats(type, [.. a.Shape.Select((n, i) => i == axis ? 2 * n : n)], values);
    }

    // One output may hold the states of several inputs, one after the other.
    private void Carry(OrtTensor output, string[] inputs, Dictionary<string, OrtTensor> states)
    {
        if (inputs.Length == 1 && output.Values.Length == states[inputs[0]].Values.Length)
        {
            // As it is, so that integers stay exact.
            states[inputs[0]] = new OrtTensor(states[inputs[0]].Shape, output.Values);
            return;
        }
        float[] values = [.. output.ToDoubles().Select(static v => (float)v)];
        if (values.Length != inputs.Sum(input => states[input].Values.Length))
            throw new NothingToCompareException($"The output of shape [{string.Join(", ", output.Shape)}] has {values.Length} values but feeds {inputs.Sum(input => states[input].Values.Length)} of {string.Join(", ", inputs)}.");
        var start = 0;
        foreach (var input in inputs)
        {
            var length = states[input].Values.Length;
            states[input] = OrtTensor.FromFloats(Port(input).ElementType, states[input].Shape, values.AsSpan(start, length));
            start += length;
        }
    }

    private Dictionary<string, OrtTensor> Zeros(int rows = 1) => file.Inputs.Where(p => info.Inputs.All(i => i.Name != p.Name)).ToDictionary(static p => p.Name, p =>
    {
        var claimed = info.StatePairs.FirstOrDefault(s => s.Input == p.Name && s.Shape.Count == p.Shape.Count);
        long[] shape = [.. p.Shape.Select((n, axis) => n >= 0 ? n : claimed is not null && axis != claimed.BatchAxis ? claimed.Shape[axis] : rows)];
        return OrtTensor.FromFloats(p.ElementType, shape, new float[shape.Aggregate(1L, static (product, n) => product * n)]);
    });

    private Dictionary<string, OrtTensor> Pack(float[][] x, Dictionary<string, OrtTensor> states, Dictionary<string, float[]>? contexts = null)
    {
        var inputs = new Dictionary<string, OrtTensor>(states);
        foreach (var length in lengths)
            inputs[length] = OrtTensor.FromFloats(Port(length).ElementType, states[length].Shape, [.. Enumerable.Repeat((float)x.Length, states[length].Values.Length)]);
        foreach (var input in once)
            inputs[input.Name] = SessionValues.ToTensor(input, info.SessionInputs.First(i => i.Name == input.Name), Port(input.Name));
        var offset = 0;
        foreach (var input in info.Inputs)
        {
            var port = Port(input.Name);
            var context = contexts is null ? 0 : FrameContextOf(input);
            var steps = input.TimeAxis < 0 ? 1 : x.Length;
            var shape = new long[port.Shape.Count];
            var next = 0;
            for (var axis = 0; axis < shape.Length; axis++)
                shape[axis] = axis == input.TimeAxis ? steps : axis == input.BatchAxis ? 1 : next < input.Shape.Count ? input.Shape[next++] : throw Unfit(input, port);
            if (shape.Aggregate(1L, static (product, n) => product * n) != (long)steps * input.Size)
                throw Unfit(input, port);
            float[] values;
            if (context > 0)
            {
                (values, contexts![input.Name]) = WithContext(x[0].AsSpan(offset, input.Size), contexts[input.Name], input.Shape[^1], context); // a context is asked for with contexts only
                shape[^1] += context;
            }
            else
            {
                values = Interleave(x, offset, input, steps, shape);
            }
            var rows = input.BatchAxis < 0 ? 1 : Math.Max(1, port.Shape[input.BatchAxis]);
            if (rows > 1)
                (values, shape[input.BatchAxis]) = (Repeat(values, shape, input.BatchAxis, rows), rows);
            inputs[input.Name] = OrtTensor.FromFloats(port.ElementType, shape, values);
            offset += input.Size;
        }
        return inputs;
    }

    // Values of a step that lie after the time axis stay together.
    private static float[] Interleave(float[][] x, int offset, TensorInfo input, int steps, long[] shape)
    {
        var inner = input.TimeAxis < 0 ? input.Size : (int)shape[(input.TimeAxis + 1)..].Aggregate(1L, static (product, n) => product * n);
        var values = new float[steps * input.Size];
        for (var t = 0; t < steps; t++)
        {
            for (var i = 0; i < input.Size; i++)
                values[(i / inner * steps + t) * inner + i % inner] = x[t][offset + i];
        }
        return values;
    }

    /// <summary>Puts the last samples of the frame before in front of each row of a frame.</summary>
    /// <param name="frame">New samples, [rows, width].</param>
    /// <param name="past">Samples to put before them, [rows, context].</param>
    /// <param name="width">New samples of a row.</param>
    /// <param name="context">Past samples of a row.</param>
    /// <returns>The frame with its past, and the past of the next frame.</returns>
    private static (float[] Frame, float[] Past) WithContext(ReadOnlySpan<float> frame, float[] past, int width, int context)
    {
        var rows = frame.Length / width;
        var whole = new float[rows * (context + width)];
        var next = new float[rows * context];
        for (var row = 0; row < rows; row++)
        {
            var line = whole.AsSpan(row * (context + width), context + width);
            past.AsSpan(row * context, context).CopyTo(line);
            frame.Slice(row * width, width).CopyTo(line[context..]);
            line[^context..].CopyTo(next.AsSpan(row * context));
        }
        return (whole, next);
    }

    // How many samples of the file's frame come from the frame before.
    private int FrameContextOf(TensorInfo input) =>
        info.FrameContext > 0 && input.Shape.Count > 0 && Port(input.Name).Shape is { Count: > 0 } shape && shape[^1] == input.Shape[^1] + info.FrameContext ? info.FrameContext : 0;

    private OrtPort Port(string name) => file.Inputs.First(p => p.Name == name);

    private static NothingToCompareException Unfit(TensorInfo input, OrtPort port) =>
        new($"The engine takes {input.Size} values of '{input.Name}' a timestep, which do not fill the file's [{string.Join(", ", port.Shape.Select(static n => n < 0 ? "?" : $"{n}"))}].");

    private static float[] Repeat(float[] values, long[] shape, int axis, int rows)
    {
        var inner = (int)shape[(axis + 1)..].Aggregate(1L, static (product, n) => product * n);
        return [.. values.Chunk(inner).SelectMany(part => Enumerable.Repeat(part, rows)).SelectMany(static part => part)];
    }

    // The first of as many equal rows as the file fixes.
    private static OrtTensor FirstRow(OrtTensor output, TensorInfo info) => Row(output, info, 0);

    private static OrtTensor Row(OrtTensor output, TensorInfo info, int row)
    {
        if (info.BatchAxis < 0 || info.BatchAxis == info.TimeAxis || output.Shape[info.BatchAxis] <= 1)
            return output;
        var inner = (int)output.Shape.Skip(info.BatchAxis + 1).Aggregate(1L, static (product, n) => product * n);
        float[] values = [.. output.ToDoubles().Chunk(inner).Where((_, n) => n % output.Shape[info.BatchAxis] == row).SelectMany(static part => part).Select(static v => (float)v)];
        return OrtTensor.FromFloats("float32", [.. output.Shape.Select((n, axis) => axis == info.BatchAxis ? 1 : n)], values);
    }

    private static double[] Timestep(OrtTensor output, TensorInfo info, int t, int steps)
    {
        var values = output.ToDoubles();
        if (info.TimeAxis < 0 && values.Length == info.Size)
            return values; // the same in every timestep
        if (info.TimeAxis < 0 || values.Length != steps * info.Size)
            throw new NothingToCompareException($"Output '{info.Name}' of shape [{string.Join(", ", output.Shape)}] does not hold {steps} steps of {info.Size} values.");
        // What lies before the axis of time is the same for all steps; the rest of a step stays together.
        var outer = (int)output.Shape.Take(info.TimeAxis).Aggregate(1L, static (product, n) => product * n);
        var inner = info.Size / outer;
        var result = new double[info.Size];
        for (var i = 0; i < result.Length; i++)
            result[i] = values[(i / inner * steps + t) * inner + i % inner];
        return result;
    }
}
