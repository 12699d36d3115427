using System.Text.Json;
using Lstm.Engine;

namespace Lstm.Cli.Verify.Bundles;

/// <summary>Steps a model through a trace and compares y, h and c at every step that has a reference.</summary>
internal static class TraceVerifier
{
    /// <summary>
    /// A trace without tolerances of its own gets some times the distance that PyTorch's float32 has from the reference: another order of sums
    /// and another exp move the last bits as much as that, an error in an equation moves the first ones.
    /// </summary>
    private const double TimesPyTorch = 10;

    /// <summary>Floor for h in (-1, 1): some hundred roundings of 6e-8.</summary>
    private const double FloorOfH = 1e-5;

    /// <summary>Floor for c, which sums over steps and is not bounded by 1.</summary>
    private const double FloorOfC = 5e-5;

    /// <summary>Floor for y: 16 roundings of the largest output, 16·2⁻²⁴.</summary>
    private const double FloorOfYPerLargest = 16.0 / (1 << 24);

    /// <summary>Adds one trace's differences.</summary>
    /// <exception cref="BundleException">The trace does not fit the model.</exception>
    public static void Verify(Comparison comparison, Model model, Bundle bundle)
    {
        var info = model.Info;
        var y = bundle.Find("y_f64") ?? bundle.Get("y_f32");
        var x = bundle.InputRows.ValueKind == JsonValueKind.Undefined ? bundle.Get("x") : CsvRows.Read(bundle, y.Shape.Count > 0 ? y.Shape[0] : 1);
        var steps = x.Shape.Count > 0 ? x.Shape[0] : 1;
        Expect(bundle, x, steps, info.InputSize);
        Expect(bundle, y, steps, info.OutputSize);
        if (steps == 0)
        {
            comparison.IsOfNoTimesteps = true;
            return;
        }
        var largest = y.Values.Max(Math.Abs);
        var pyTorch = bundle.Float32Difference;
        // Where only PyTorch's float32 is there, its own distance from the truth comes on top.
        var forY = Allowed(bundle, "y", FloorOfYPerLargest * largest) + (y.Name == "y_f32" ? pyTorch.GetValueOrDefault("y") : 0);
        if (!info.IsStreamable)
        {
            Predict(comparison, model, x, y, steps, new Tolerance(forY, 0));
            return;
        }
        var input = new float[info.InputSize];
        var output = new float[info.OutputSize];
        var flat = new float[info.StateSize];
        var states = Array.ConvertAll([.. info.States], slice => TraceState.Of(bundle, info, slice, steps));
        var state = model.CreateState();
        for (var t = 0; t < steps; t++)
        {
            for (var i = 0; i < input.Length; i++)
                input[i] = (float)x.Values[t * input.Length + i];
            model.Step(state, input, output);
            comparison.Add(y.Name, output, y.Values.AsSpan(t * output.Length, output.Length), new Tolerance(forY, 0), t + 1);
            state.CopyTo(flat);
            foreach (var reference in states)
                reference.Compare(comparison, flat, t, steps, new Tolerance(Allowed(bundle, reference.Letter, reference.Letter == "c" ? FloorOfC : FloorOfH), 0));
        }
    }

    private static void Predict(Comparison comparison, Model model, BundleTensor x, BundleTensor y, int steps, Tolerance tolerance)
    {
        var size = model.Info.OutputSize;
        var output = new float[steps * size];
        model.Predict([new Sequence(model.CreateState(), steps, Array.ConvertAll(x.Values, static v => (float)v), output)]);
        for (var t = model.Info.Outputs.All(static o => o.EveryStep) ? 0 : steps - 1; t < steps; t++)
            comparison.Add(y.Name, output.AsSpan(t * size, size), y.Values.AsSpan(t * size, size), tolerance, t + 1);
    }

    private static double Allowed(Bundle bundle, string letter, double floor) =>
        bundle.TraceTolerance.TryGetValue(letter, out var stated)
            ? stated
            : Math.Max(floor, TimesPyTorch * bundle.Float32Difference.GetValueOrDefault(letter));

    private static void Expect(Bundle bundle, BundleTensor tensor, int steps, int size)
    {
        if (tensor.Values.Length != steps * size)
            throw new BundleException(bundle.Path, $"expected {steps} steps of {size} values in '{tensor.Name}' but its shape is [{string.Join(", ", tensor.Shape)}].");
    }
}
