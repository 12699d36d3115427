using Lstm.Engine;
using Xunit.Abstractions;

namespace Lstm.OnnxRuntime.Tests;

/// <summary>The shipped models in both forms, one step at a time: native against float64 and against ONNX Runtime.</summary>
public sealed class ShippedModelParityTests(ITestOutputHelper output)
{
    private static readonly OrtStatePair[] Pairs = [new("h0", "hn"), new("c0", "cn")];

    [Theory]
    [InlineData("nyc_taxi_state.onnx", "trace_october.json")]
    [InlineData("nyc_taxi_state.onnx", "trace_christmas.json")]
    [InlineData("nyc_taxi_plain.onnx", "trace_october.json")]
    [InlineData("nyc_taxi_plain.onnx", "trace_christmas.json")]
    public void Step_NycTaxi_EqualsFloat64AndOnnxRuntimeAtEveryStep(string model, string trace) =>
        Compare("nyc-taxi", model, "nyc_taxi_state.onnx", trace, ParityTolerance.TaxiY, ParityTolerance.TaxiH, ParityTolerance.TaxiC);

    [Theory]
    [InlineData("char_lm_state.onnx")]
    [InlineData("char_lm_plain.onnx")]
    public void Step_CharLm_EqualsFloat64AndOnnxRuntimeAtEveryStep(string model) =>
        Compare("char-lm", model, "char_lm_state.onnx", "trace_text.json", ParityTolerance.CharY, ParityTolerance.CharH, ParityTolerance.CharC);

    [Theory]
    [InlineData("nyc-taxi", "nyc_taxi_state.onnx", "nyc_taxi_plain.onnx", "trace_october.json")]
    [InlineData("char-lm", "char_lm_state.onnx", "char_lm_plain.onnx", "trace_text.json")]
    public void Step_BothForms_AreBitEqual(string folder, string stateForm, string plainForm, string trace)
    {
        var (one, two) = (Model.Load(TestData.Path(folder, stateForm)), Model.Load(TestData.Path(folder, plainForm)));
        var (stateOne, stateTwo) = (one.CreateState(), two.CreateState());
        var (y1, y2) = (new float[one.Info.OutputSize], new float[two.Info.OutputSize]);

        foreach (var x in Trace.Read(TestData.Path(folder, trace)).Inputs())
        {
            one.Step(stateOne, x, y1);
            two.Step(stateTwo, x, y2);
            Assert.Equal(y1, y2);
        }
    }

    [Theory]
    [InlineData("nyc-taxi", "nyc_taxi_plain.onnx", "trace_october.json", ParityTolerance.TaxiY)]
    [InlineData("char-lm", "char_lm_plain.onnx", "trace_text.json", ParityTolerance.CharY)]
    public void Step_PlainForm_EqualsOneRunOfOnnxRuntimeOverTheSequence(string folder, string file, string trace, double allowed)
    {
        var x = Trace.Read(TestData.Path(folder, trace)).Inputs();
        var native = Model.Load(TestData.Path(folder, file));
        using var peer = OrtModel.Load(TestData.Path(folder, file));
        var port = peer.Inputs[0];
        long[] shape = port.Shape.Count == 3 ? [x.Length, 1, native.Info.InputSize] : [x.Length, 1];
        var whole = (float[])peer.Run(new Dictionary<string, OrtTensor>
        {
            [port.Name] = OrtTensor.FromFloats(port.ElementType, shape, x.SelectMany(static v => v).ToArray()),
        })[peer.Outputs[0].Name].Values;
        var state = native.CreateState();
        var y = new float[native.Info.OutputSize];
        var largest = new Largest($"{file} stepped natively against one run of ONNX Runtime");

        for (var t = 0; t < x.Length; t++)
        {
            native.Step(state, x[t], y);
            largest.Add(y, whole.AsSpan(t * y.Length, y.Length), $"step {t + 1}");
        }

        output.WriteLine(largest.ToString());
        largest.AssertWithin(allowed);
    }

    private void Compare(string folder, string file, string stateForm, string traceFile, double allowedY, double allowedH, double allowedC)
    {
        var trace = Trace.Read(TestData.Path(folder, traceFile));
        var native = Model.Load(TestData.Path(folder, file));
        using var peer = OrtModel.Load(TestData.Path(folder, stateForm));
        using var stepper = new OrtStepper(peer, Pairs);
        var info = native.Info;
        var layers = info.Layers.Count;
        var hidden = info.Layers[0].HiddenSize;
        var (expectedY, expectedH, expectedC) = (trace.Find("y_f64")!, trace.Find("h_f64")!, trace.Find("c_f64")!); // these traces have all three
        var (y, h, c) = (new Largest("y to float64"), new Largest("h to float64"), new Largest("c to float64"));
        var (peerY, peerState) = (new Largest("y to ONNX Runtime"), new Largest("state to ONNX Runtime"));
        var (ortY, ortH, ortC) = (new Largest("ONNX Runtime's y to float64"), new Largest("its h"), new Largest("its c"));
        var state = native.CreateState();
        var flat = new float[info.StateSize];
        var (actual, other) = (new float[info.OutputSize], new float[info.OutputSize]);
        var inputs = trace.Inputs();

        for (var t = 0; t < inputs.Length; t++)
        {
            var where = $"step {t + 1}";
            native.Step(state, inputs[t], actual);
            stepper.Step(inputs[t], other);
            state.CopyTo(flat);
            y.Add(actual, expectedY.AsSpan(t * actual.Length, actual.Length), where);
            peerY.Add(actual, other, where);
            ortY.Add(other, expectedY.AsSpan(t * actual.Length, actual.Length), where);
            foreach (var slice in info.States)
            {
                var layer = slice.Name["layer".Length] - '0';
                var isCell = slice.Name.EndsWith(".c", StringComparison.Ordinal);
                var values = flat.AsSpan(slice.Offset, slice.Length);
                var peerValues = stepper.State(isCell ? "c0" : "h0").Slice(layer * hidden, hidden);
                var expected = (isCell ? expectedC : expectedH).AsSpan((t * layers + layer) * hidden, hidden);
                (isCell ? c : h).Add(values, expected, $"{slice.Name}, {where}");
                (isCell ? ortC : ortH).Add(peerValues, expected, $"{slice.Name}, {where}");
                peerState.Add(values, peerValues, $"{slice.Name}, {where}");
            }
        }

        output.WriteLine($"{file}, {traceFile}: {y}; {h}; {c}; {peerY}; {peerState}; {ortY}; {ortH}; {ortC}");
        Assert.Equal(2 * layers, info.States.Count);
        y.AssertWithin(allowedY);
        h.AssertWithin(allowedH);
        c.AssertWithin(allowedC);
        peerY.AssertWithin(ParityTolerance.BothSides * allowedY);
        peerState.AssertWithin(ParityTolerance.BothSides * allowedC);
        ortY.AssertWithin(allowedY);
        ortH.AssertWithin(allowedH);
        ortC.AssertWithin(allowedC);
    }
}
