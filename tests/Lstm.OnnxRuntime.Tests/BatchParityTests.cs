using Lstm.Engine;
using Xunit.Abstractions;

namespace Lstm.OnnxRuntime.Tests;

/// <summary>Many sessions stepped together natively, against ONNX Runtime with as many rows in its batch.</summary>
public sealed class BatchParityTests(ITestOutputHelper output)
{
    private const int Steps = 100;

    [Theory]
    [InlineData("nyc-taxi", "nyc_taxi_state.onnx", "trace_october.json", 64, ParityTolerance.TaxiY, ParityTolerance.TaxiC)]
    [InlineData("nyc-taxi", "nyc_taxi_state.onnx", "trace_october.json", 7, ParityTolerance.TaxiY, ParityTolerance.TaxiC)]
    [InlineData("char-lm", "char_lm_state.onnx", "trace_text.json", 33, ParityTolerance.CharY, ParityTolerance.CharC)]
    public void Run_ManySessions_EqualsOnnxRuntimesBatchAndEachStepAlone(string folder, string file, string trace, int sessions, double allowedY, double allowedState)
    {
        var series = Trace.Read(TestData.Path(folder, trace)).Inputs();
        var model = Model.Load(TestData.Path(folder, file));
        var (m, n) = (model.Info.InputSize, model.Info.OutputSize);
        using var peer = OrtModel.Load(TestData.Path(folder, file));
        using var stepper = new OrtStepper(peer, [new("h0", "hn"), new("c0", "cn")], batch: sessions);
        var batch = model.CreateBatch(sessions);
        var states = Enumerable.Range(0, sessions).Select(_ => model.CreateState()).ToArray();
        var alone = Enumerable.Range(0, sessions).Select(_ => model.CreateState()).ToArray();
        var (x, y, peerY, y1) = (new float[sessions * m], new float[sessions * n], new float[sessions * n], new float[n]);
        var (largestY, largestState) = (new Largest("y"), new Largest("state"));
        var flat = new float[model.Info.StateSize];

        for (var t = 0; t < Steps; t++)
        {
            for (var s = 0; s < sessions; s++)
            {
                // Each session is elsewhere in the series, so that mixed-up rows show.
                series[(t + 11 * s) % series.Length].CopyTo(x.AsSpan(s * m));
                batch.Add(states[s], x.AsMemory(s * m, m), y.AsMemory(s * n, n));
            }
            batch.Run();
            stepper.Step(x, peerY);
            largestY.Add(y, peerY, $"step {t + 1}");
            for (var s = 0; s < sessions; s++)
            {
                model.Step(alone[s], x.AsSpan(s * m, m), y1);
                Assert.Equal(y1, y[(s * n)..((s + 1) * n)]);
                states[s].CopyTo(flat);
                foreach (var slice in model.Info.States)
                {
                    var layer = slice.Name["layer".Length] - '0';
                    var values = stepper.State(slice.Name.EndsWith(".c", StringComparison.Ordinal) ? "c0" : "h0");
                    // [layers, B, H]
                    largestState.Add(flat.AsSpan(slice.Offset, slice.Length), values.Slice((layer * sessions + s) * slice.Length, slice.Length), $"session {s}, step {t + 1}");
                }
            }
        }

        output.WriteLine($"{file}, {sessions} sessions: {largestY}; {largestState}");
        largestY.AssertWithin(ParityTolerance.BothSides * allowedY);
        largestState.AssertWithin(ParityTolerance.BothSides * allowedState);
    }
}
