using Lstm.Engine;
using Lstm.OnnxRuntime.Tests.Reference;
using Xunit.Abstractions;

namespace Lstm.OnnxRuntime.Tests;

/// <summary>Random LSTMs, hidden 1…300, input 1…64, 1–3 layers, with and without bias: native steps against ONNX Runtime and float64.</summary>
public sealed class RandomLstmParityTests(ITestOutputHelper output)
{
    private const int ModelsPerCase = 9;

    public static TheoryData<int, int> OpsetsAndLayers
    {
        get
        {
            var data = new TheoryData<int, int>();
            foreach (var opset in (int[])[7, 9, 11, 13, 14, 17, 20, 22])
            {
                for (var layers = 1; layers <= 3; layers++)
                    data.Add(opset, layers);
            }
            return data;
        }
    }

    [Theory, MemberData(nameof(OpsetsAndLayers))]
    public void Step_RandomLstm_EqualsOnnxRuntimeAndFloat64(int opset, int layers)
    {
        var folder = Directory.CreateTempSubdirectory("lstm-parity-");
        try
        {
            for (var i = 0; i < ModelsPerCase; i++)
            {
                var lstm = RandomLstm.Draw(seed: 1000 * opset + 100 * layers + i, opset, layers);
                Compare(lstm, Path.Combine(folder.FullName, $"{lstm.Seed}.onnx"), withState: i % 3 != 2);
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private void Compare(RandomLstm lstm, string path, bool withState)
    {
        var x = lstm.Inputs(20 + lstm.Seed % 31);
        lstm.Write(path, withState);
        var native = Model.Load(path);
        using var peer = OrtModel.Load(path);
        using var stepper = withState ? new OrtStepper(peer, lstm.StatePairs) : null;
        var inputs = peer.Inputs.ToDictionary(static p => p.Name, p => new OrtTensor([1, 1, lstm.HiddenSize], new float[lstm.HiddenSize]));
        inputs["x"] = new OrtTensor([x.Length, 1, lstm.InputSize], x.SelectMany(static v => v).ToArray());
        var whole = (float[])peer.Run(inputs)["y"].Values;
        var reference = lstm.CreateReference();
        var state = native.CreateState();
        var flat = new float[native.Info.StateSize];
        var (y, peerY) = (new float[lstm.HiddenSize], new float[lstm.HiddenSize]);
        var (h, c) = (new Largest("h to float64"), new Largest("c to float64"));
        var (stepped, wholeRun, peerToTruth) = (new Largest("y to ONNX Runtime stepped"), new Largest("y to ONNX Runtime whole"), new Largest("ONNX Runtime to float64"));

        for (var t = 0; t < x.Length; t++)
        {
            var where = $"{lstm}, step {t + 1}";
            native.Step(state, x[t], y);
            var input = Array.ConvertAll(x[t], static v => (double)v);
            foreach (var layer in reference)
            {
                layer.Step(input);
                input = layer.H.AsSpan().ToArray();
            }
            h.Add(y, reference[^1].H, where);
            state.CopyTo(flat);
            foreach (var slice in native.Info.States)
            {
                var layer = reference[slice.Name["layer".Length] - '0'];
                var isCell = slice.Name.EndsWith(".c", StringComparison.Ordinal);
                (isCell ? c : h).Add(flat.AsSpan(slice.Offset, slice.Length), isCell ? layer.C : layer.H, where);
            }
            var wholeY = whole.AsSpan(t * lstm.HiddenSize, lstm.HiddenSize);
            wholeRun.Add(y, wholeY, where);
            peerToTruth.Add(wholeY, reference[^1].H, where);
            if (stepper is not null)
            {
                stepper.Step(x[t], peerY);
                stepped.Add(y, peerY, where);
            }
        }

        output.WriteLine($"{lstm}, {x.Length} steps: h {h.Value:E1}, c {c.Value:E1} to float64; {stepped.Value:E1} to ONNX Runtime stepped, {wholeRun.Value:E1} whole, itself {peerToTruth.Value:E1} to float64");
        h.AssertWithin(ParityTolerance.RandomH);
        c.AssertWithin(ParityTolerance.RandomC);
        peerToTruth.AssertWithin(ParityTolerance.RandomH);
        stepped.AssertWithin(ParityTolerance.BothSides * ParityTolerance.RandomH);
        wholeRun.AssertWithin(ParityTolerance.BothSides * ParityTolerance.RandomH);
        Assert.Equal(2 * lstm.Layers.Count, native.Info.States.Count);
    }
}
