using System.Globalization;
using Lstm.Engine;
using Lstm.Tests.Shared.Onnx;
using Xunit.Abstractions;
using DataType = Lstm.Engine.Onnx.Schema.TensorProto.Types.DataType;

namespace Lstm.OnnxRuntime.Tests.IntegerStates;

/// <summary>Whole numbers in the native engine: what it computes is what ONNX Runtime computes in 64 bits, or it is refused; never something near it.</summary>
public sealed class RandomIntegerArithmeticTests(ITestOutputHelper output) : IDisposable
{
    private const int Graphs = 150;
    private const int Steps = 30;
    private static readonly string[] Operators = ["Add", "Sub", "Mul", "Div", "Min", "Max", "Neg", "Abs", "Square", "Where", "Cast"];

    private readonly string _folder = Directory.CreateTempSubdirectory("lstm-arithmetic-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Step_RandomExpressions_AreExactOrRefused()
    {
        int first = Setting("LSTM_INTEGER_GRAPH") ?? Environment.TickCount & 0xfffffff;
        int count = Setting("LSTM_INTEGER_GRAPH") is null ? Setting("LSTM_INTEGER_GRAPHS") ?? Graphs : 1;
        int exact = 0, refused = 0, elsewhere = 0;
        for (int seed = first; seed < first + count; seed++)
        {
            var random = new Random(seed);
            string path = Draw(random).Write(Path.Combine(_folder, $"{seed}.onnx"));
            Model native;
            try
            {
                native = Model.Load(path, new ModelHints { StatePairs = [("h", "h_next")] });
            }
            catch (ModelLoadException error) when (error.Faults.All(static f => f.Kind == ModelFaultKind.Unsupported))
            {
                elsewhere++;
                continue;
            }
            using var reference = OrtModel.Load(path);
            for (int t = 0; t < Steps; t++)
            {
                long a = Number(random), b = Number(random);
                float[] y = new float[native.Info.OutputSize];
                try
                {
                    native.Step(native.CreateState(), [0.5f, a, b], y);
                }
                catch (InputRefusedException)
                {
                    refused++;
                    continue;
                }
                var expected = reference.Run(new Dictionary<string, OrtTensor>
                {
                    ["x"] = new([1, 1], new[] { 0.5f }), ["a"] = new([1, 1], new[] { a }), ["b"] = new([1, 1], new[] { b }), ["h"] = new([1, 1], new float[1]),
                });
                Assert.True(OrtValues.ToIntegers(expected["number"].Values)[0] == (long)y[1], $"LSTM_INTEGER_GRAPH={seed}: {y[1]:R} for {a} and {b}; expected {expected["number"].Values.GetValue(0)}");
                exact++;
            }
        }
        output.WriteLine($"graphs {first} to {first + count - 1}: {exact} steps exact, {refused} refused, 0 wrong; {elsewhere} graphs left to ONNX Runtime");
        Assert.True(exact > refused / 20);
    }

    // Small numbers and large ones, as whole floats.
    private static long Number(Random random) => (long)(float)(random.NextInt64(1L << random.Next(1, 25)) * (random.Next(3) == 0 ? -1 : 1));

    private static OnnxBuilder Draw(Random random)
    {
        var builder = new OnnxBuilder(17);
        string x = builder.Input("x", "B 1");
        var values = new List<string> { builder.Input("a", "B 1", DataType.Int64), builder.Input("b", "B 1", DataType.Int64) };
        string h = builder.Input("h", "B 1");
        string next = builder.Node("Tanh", [builder.Node("Mul", [builder.Node("Add", [x, h]), h])]);
        for (int n = random.Next(1, 6); n > 0; n--)
        {
            string p = values[random.Next(values.Count)];
            string q = random.Next(2) == 0 ? values[random.Next(values.Count)] : builder.Integer(random.Next(1, 1 << random.Next(1, 20)));
            string op = Operators[random.Next(Operators.Length)];
            values.Add(op switch
            {
                "Neg" or "Abs" => builder.Node(op, [p]),
                "Square" => builder.Node("Mul", [p, p]),
                "Where" => builder.Node("Where", [builder.Node("Greater", [p, builder.Integer(7)]), p, q]),
                "Cast" => builder.Cast(builder.Cast(p, DataType.Int32), DataType.Int64),
                // ONNX Runtime's process ends at a division by zero.
                "Div" => builder.Node("Div", [p, builder.Node("Max", [builder.Node("Abs", [q]), builder.Integer(1)])]),
                _ => builder.Node(op, [p, q]),
            });
        }
        builder.Output(next, "B 1", "y");
        builder.Output(values[^1], "B 1", "number", DataType.Int64);
        builder.Output(next, "B 1", "h_next");
        return builder;
    }

    private static int? Setting(string name) => int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out int value) ? value : null;
}
