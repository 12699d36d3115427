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
        using var peer = OrtModel.LoadAsWritten(_path);
        var random = new Random(5);
        float[] x = [.. Enumerable.Range(0, Steps * 6).Select(_ => (random.NextSingle() * 4) - 2)];
        var port = model.Info.Outputs.Single(static o => o.Name == "y");
        var first = model.Info.Outputs.TakeWhile(static o => o.Name != "y").Sum(static o => o.Size);
        var state = model.CreateState();
        var y = new float[model.Info.OutputSize];
        for (var t = 0; t < Steps; t++)
        {
            model.Step(state, x.AsSpan(6 * t, 6), y);
            var expected = peer.Run(new Dictionary<string, OrtTensor> { ["x"] = new([t + 1, 1, 6], x[..(6 * (t + 1))]) })["y"].ToDoubles();
            Assert.Equal(port.EveryStep ? port.Size * (t + 1) : port.Size, expected.Length);
            for (var n = 0; n < port.Size; n++)
                Assert.InRange(y[first + n] - expected[expected.Length - port.Size + n], -Tolerance * (1 + Math.Abs(expected[^(port.Size - n)])), Tolerance * (1 + Math.Abs(expected[^(port.Size - n)])));
        }
    }
}
