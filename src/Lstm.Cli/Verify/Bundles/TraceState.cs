using Lstm.Engine;

namespace Lstm.Cli.Verify.Bundles;

/// <summary>The references of one state of the engine in a trace: "layer1.c" is layer 1 of c_f64 [step, layer, hidden] and of c_last_f64.</summary>
internal sealed class TraceState
{
    private readonly NamedSlice _slice;
    private readonly int _layer;
    private readonly BundleTensor? _everyStep;
    private readonly BundleTensor? _last;

    private TraceState(NamedSlice slice, int layer, string letter, BundleTensor? everyStep, BundleTensor? last)
    {
        (_slice, _layer, Letter, _everyStep, _last) = (slice, layer, letter, everyStep, last);
    }

    /// <summary>"h" or "c".</summary>
    public string Letter { get; }

    /// <summary>Finds the references; a state without any is not compared.</summary>
    /// <exception cref="BundleException">They do not fit the model.</exception>
    public static TraceState Of(Bundle bundle, ModelInfo info, NamedSlice slice, int steps)
    {
        var dot = slice.Name.IndexOf('.', StringComparison.Ordinal);
        var letter = slice.Name[(dot + 1)..];
        if (dot < 0 || !int.TryParse(slice.Name.AsSpan("layer".Length, dot - "layer".Length), out var layer))
            return new TraceState(slice, 0, letter, null, null);
        var everyStep = bundle.Find($"{letter}_f64");
        var last = bundle.Find($"{letter}_last_f64");
        Expect(bundle, everyStep, [steps, info.Layers.Count, slice.Length]);
        Expect(bundle, last, [info.Layers.Count, slice.Length]);
        return new TraceState(slice, layer, letter, everyStep, last);
    }

    /// <summary>Compares the state after step t, from 0.</summary>
    public void Compare(Comparison comparison, ReadOnlySpan<float> state, int t, int steps, Tolerance tolerance)
    {
        var actual = state.Slice(_slice.Offset, _slice.Length);
        if (_everyStep is not null)
            comparison.Add($"{_everyStep.Name} ({_slice.Name})", actual, _everyStep.Slice((0, t), (1, _layer)), tolerance, t + 1);
        if (_last is not null && t == steps - 1)
            comparison.Add($"{_last.Name} ({_slice.Name})", actual, _last.Slice((0, _layer)), tolerance, t + 1);
    }

    private static void Expect(Bundle bundle, BundleTensor? tensor, int[] shape)
    {
        if (tensor is not null && !tensor.Shape.SequenceEqual(shape))
            throw new BundleException(bundle.Path, $"expected shape [{string.Join(", ", shape)}] for '{tensor.Name}' but found [{string.Join(", ", tensor.Shape)}].");
    }
}
