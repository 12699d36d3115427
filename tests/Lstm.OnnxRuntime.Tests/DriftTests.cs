using Lstm.Engine;
using Xunit.Abstractions;

namespace Lstm.OnnxRuntime.Tests;

/// <summary>Does the error grow with the length of a session? The whole taxi series, 10,320 steps without a reset.</summary>
public sealed class DriftTests(ITestOutputHelper output)
{
    private const int Sections = 10;

    private static readonly OrtStatePair[] Pairs = [new("h0", "hn"), new("c0", "cn")];

    [Theory]
    [InlineData("nyc_taxi_state.onnx")]
    [InlineData("nyc_taxi_plain.onnx")]
    public void Step_10320Times_StaysWithinToleranceAndDoesNotDrift(string file)
    {
        var trace = Trace.Read(TestData.Shipped("nyc-taxi", "trace_full.json"));
        var inputs = trace.Inputs();
        var expected = trace.Find("y_f64")!; // the shipped trace has y at every step and the last state, in float64
        var (expectedH, expectedC) = (trace.Find("h_last_f64")!, trace.Find("c_last_f64")!);
        var native = Model.Load(TestData.Path("nyc-taxi", file));
        using var peer = OrtModel.Load(TestData.Path("nyc-taxi", "nyc_taxi_state.onnx"));
        using var stepper = new OrtStepper(peer, Pairs);
        var state = native.CreateState();
        var flat = new float[native.Info.StateSize];
        var (y, peerY) = (new float[3], new float[3]);
        static Largest[] PerSection(string what) => [.. Enumerable.Range(1, Sections).Select(i => new Largest($"tenth {i}: {what}"))];
        var (toTruth, toPeer, states) = (PerSection("y to float64"), PerSection("y to ONNX Runtime"), PerSection("state to ONNX Runtime"));

        for (var t = 0; t < inputs.Length; t++)
        {
            native.Step(state, inputs[t], y);
            stepper.Step(inputs[t], peerY);
            var section = t * Sections / inputs.Length;
            toTruth[section].Add(y, expected.AsSpan(3 * t, 3), $"step {t + 1}");
            toPeer[section].Add(y, peerY, $"step {t + 1}");
            state.CopyTo(flat);
            foreach (var slice in native.Info.States)
            {
                var isCell = slice.Name.EndsWith(".c", StringComparison.Ordinal);
                states[section].Add(flat.AsSpan(slice.Offset, slice.Length), stepper.State(isCell ? "c0" : "h0").Slice((slice.Name["layer".Length] - '0') * 64, 64), $"step {t + 1}");
            }
        }

        var (h, c) = (new Largest("last h to float64"), new Largest("last c to float64"));
        foreach (var slice in native.Info.States)
        {
            var isCell = slice.Name.EndsWith(".c", StringComparison.Ordinal);
            (isCell ? c : h).Add(flat.AsSpan(slice.Offset, slice.Length), (isCell ? expectedC : expectedH).AsSpan((slice.Name["layer".Length] - '0') * 64, 64), slice.Name);
        }
        for (var i = 0; i < Sections; i++)
            output.WriteLine($"{toTruth[i]}; {toPeer[i]}; {states[i]}");
        output.WriteLine($"{h}; {c}");
        Assert.Equal(10320, inputs.Length);
        h.AssertWithin(ParityTolerance.TaxiH);
        c.AssertWithin(ParityTolerance.TaxiC);
        foreach (var section in toTruth)
            section.AssertWithin(ParityTolerance.TaxiY);
        foreach (var section in toPeer)
            section.AssertWithin(ParityTolerance.BothSides * ParityTolerance.TaxiY);
        foreach (var section in states)
            section.AssertWithin(ParityTolerance.BothSides * ParityTolerance.TaxiC);
        // No drift: the network forgets, so the last tenth is no worse than the first ones but for chance.
        Assert.True(toTruth[^1].Value <= 4 * toTruth[..3].Max(static s => s.Value), $"{toTruth[^1]} against {toTruth[..3].MaxBy(static s => s.Value)}");
        Assert.True(states[^1].Value <= 4 * states[..3].Max(static s => s.Value), $"{states[^1]} against {states[..3].MaxBy(static s => s.Value)}");
    }
}
