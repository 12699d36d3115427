using Lstm.Engine;
using Lstm.Tests.Shared.Onnx;

namespace Lstm.OnnxRuntime.Tests;

/// <summary>Every form of an operator streams natively and gives what ONNX Runtime gives for the whole sequence, and for its beginnings.</summary>
public sealed class StreamingOperatorTests : IDisposable
{
    private const int Steps = 9;

    // Both sides sum in float32, in different orders.
    private const float Tolerance = 2e-6f;

    private readonly string _path = Path.GetTempFileName();

    public static TheoryData<string> Names => [.. OperatorForms.Names];

    public void Dispose() => File.Delete(_path);

    [Theory, MemberData(nameof(Names))]
    public void Step_OfEveryForm_EqualsOnnxRuntime(string name)
    {
        var model = Model.Load(OperatorForms.Make(name).Write(_path));
        Assert.Empty(model.Info.NotStreamable);
        using var reference = OrtModel.LoadAsWritten(_path);
        var random = new Random(5);
        float[] x = [.. Enumerable.Range(0, Steps * 6).Select(_ => (random.NextSingle() * 4) - 2)];
        var port = model.Info.Outputs.Single(static o => o.Name == "y");
        var first = model.Info.Outputs.TakeWhile(static o => o.Name != "y").Sum(static o => o.Size);
        var state = model.CreateState();
        var y = new float[model.Info.OutputSize];
        for (var t = 0; t < Steps; t++)
        {
            model.Step(state, x.AsSpan(6 * t, 6), y);
            var expected = reference.Run(new Dictionary<string, OrtTensor> { ["x"] = new([t + 1, 1, 6], x[..(6 * (t + 1))]) })["y"].ToDoubles();
            Assert.Equal(port.EveryStep ? port.Size * (t + 1) : port.Size, expected.Length);
            for (var n = 0; n < port.Size; n++)
                Assert.InRange(y[first + n] - expected[expected.Length - port.Size + n], -Tolerance * (1 + Math.Abs(expected[^(port.Size - n)])), Tolerance * (1 + Math.Abs(expected[^(port.Size - n)])));
        }
    }

    [Fact]
    public void Step_OfAScanWithStateInputs_CarriesThem()
    {
        var file = new OnnxBuilder(17);
        string x = file.Input("x", "T B 3");
        string h0 = file.Input("h0", "B 3");
        string n0 = file.Input("n0", "B 1");
        OnnxBuilder body = file.Subgraph();
        string h = body.Input("h", "? 3");
        string n = body.Input("n", "? 1");
        string each = body.Input("each", "? 3");
        string next = body.Node("Tanh", [body.Node("Add", [body.Node("MatMul", [h, file.Floats([0.5f, -0.25f, 1, 0.125f, 0.5f, -1, 0.75f, 0.5f, 0.25f], 3, 3)]), each])]);
        string counted = body.Node("Add", [n, file.Floats([1])]);
        string mean = body.Node("Div", [next, counted]);
        body.Output(next, "? 3");
        body.Output(counted, "? 1");
        body.Output(mean, "? 3");
        string[] y = file.Nodes("Scan", [true, true, true], [h0, n0, x], ("body", body.Graph), ("num_scan_inputs", 1));
        file.Output(y[0], "B 3", "hn");
        file.Output(y[1], "B 1", "nn");
        file.Output(y[2], "T B 3", "y");
        var model = Model.Load(file.Write(_path));
        Assert.Empty(model.Info.NotStreamable);
        Assert.Equal([("h0", "hn"), ("n0", "nn")], model.Info.StatePairs.Select(static p => (p.Input, p.Output)));
        using var reference = OrtModel.LoadAsWritten(_path);
        float[] values = [.. Enumerable.Range(0, 12).Select(static v => (v % 5) - 1.5f)];
        var expected = reference.Run(new Dictionary<string, OrtTensor> { ["x"] = new([4, 1, 3], values), ["h0"] = new([1, 3], new float[3]), ["n0"] = new([1, 1], new float[1]) })["y"].ToDoubles();
        var state = model.CreateState();
        var actual = new float[3];

        for (var t = 0; t < 4; t++)
        {
            model.Step(state, values.AsSpan(3 * t, 3), actual);
            for (var i = 0; i < 3; i++)
                Assert.InRange(actual[i] - expected[(3 * t) + i], -Tolerance, Tolerance);
        }
    }
}
