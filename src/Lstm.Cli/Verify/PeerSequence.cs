using Lstm.Engine;
using Lstm.OnnxRuntime;

namespace Lstm.Cli.Verify;

/// <summary>What ONNX Runtime gives for a whole sequence in one run, taken apart by step. The graph's own states start from zero.</summary>
internal sealed class PeerSequence
{
    private readonly OrtModel _peer;
    private readonly ModelInfo _info;
    private readonly PeerLayout _layout;

    private PeerSequence(OrtModel peer, ModelInfo info, PeerLayout layout)
    {
        (_peer, _info, _layout) = (peer, info, layout);
    }

    /// <summary>The length that the file fixes for its time axis, or 0 when it leaves it open.</summary>
    public int FixedSteps => Math.Max(0, Port(_info.Inputs[0]).Shape[_layout.TimeAxis]);

    /// <summary>Finds the axis of time, or null when no axis of the input carries state from one place to the next.</summary>
    /// <param name="peer">The graph.</param>
    /// <param name="info">What the engine understood of it.</param>
    /// <param name="probe">Input to try with.</param>
    public static PeerSequence? Find(OrtModel peer, ModelInfo info, float[][] probe)
    {
        var first = info.Inputs[0];
        foreach (var layout in PeerLayout.Candidates(peer.Inputs.First(p => p.Name == first.Name), first).Where(static l => l.TimeAxis >= 0))
        {
            var sequence = new PeerSequence(peer, info, layout);
            if (sequence.FixedSteps != 1 && sequence.CarriesState(probe))
                return sequence;
        }
        return null;
    }

    /// <summary>y(1) … y(T); an output that has only the last step is run again for every prefix.</summary>
    /// <returns>[T][output_size]; NaN-free holes are null: a step that a graph of fixed length does not show.</returns>
    public double[]?[][] Run(float[][] x)
    {
        var steps = new double[]?[x.Length][];
        var whole = Outputs(x);
        for (var t = 0; t < x.Length; t++)
        {
            var prefix = t == x.Length - 1 ? whole : null;
            steps[t] = new double[]?[_info.Outputs.Count];
            for (var i = 0; i < _info.Outputs.Count; i++)
            {
                var output = _info.Outputs[i];
                if (whole[i].Values.Length == x.Length * output.Size)
                    steps[t][i] = StepOf(whole[i], t, x.Length, output);
                else if (prefix is not null || FixedSteps == 0)
                    steps[t][i] = (prefix ??= Outputs(x[..(t + 1)]))[i].ToDoubles();
            }
        }
        return steps;
    }

    // Change the first of several places: along a batch only its own outputs change, along time the later ones do too.
    private bool CarriesState(float[][] probe)
    {
        const int length = 6;
        float[][] a = [.. probe.Take(FixedSteps > 0 ? FixedSteps : length)];
        float[][] b = [probe[^1], .. a.Skip(1)];
        try
        {
            var (first, second) = (Outputs(a), Outputs(b));
            return first.Zip(second).Zip(_info.Outputs).Any(pair =>
            {
                var ((one, two), output) = pair;
                if (one.Values.Length == output.Size)
                    return true;
                var changed = one.ToDoubles().Zip(two.ToDoubles()).Count(static v => !v.First.Equals(v.Second));
                return changed > output.Size;
            });
        }
        catch (ArgumentException)
        {
            // This axis cannot be six long beside a state of one row: it is not time.
            return false;
        }
    }

    private OrtTensor[] Outputs(float[][] x)
    {
        var inputs = _peer.Inputs.ToDictionary(static p => p.Name, static p => PeerStepping.Zero(p));
        var offset = 0;
        foreach (var input in _info.Inputs)
        {
            inputs[input.Name] = _layout.Pack(Port(input), input, x, offset);
            offset += input.Size;
        }
        var outputs = _peer.Run(inputs);
        return [.. _info.Outputs.Select(o => outputs[o.Name])];
    }

    private static double[] StepOf(OrtTensor output, int t, int steps, TensorInfo info)
    {
        var axis = 0;
        while (axis < output.Shape.Count && output.Shape[axis] != steps)
            axis++;
        if (axis == output.Shape.Count)
            throw new PeerException($"Output '{info.Name}' of shape [{string.Join(", ", output.Shape)}] has no axis of {steps} steps.");
        var values = output.ToDoubles();
        var inner = (int)output.Shape.Skip(axis + 1).Aggregate(1L, static (product, n) => product * n);
        var result = new double[info.Size];
        for (var i = 0; i < result.Length; i++)
            result[i] = values[(i / inner * steps + t) * inner + i % inner];
        return result;
    }

    private OrtPort Port(TensorInfo input) => _peer.Inputs.First(p => p.Name == input.Name);
}
