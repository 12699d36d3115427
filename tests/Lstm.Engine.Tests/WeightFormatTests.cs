using System.Globalization;
using System.Text.Json;
using Lstm.Engine.Kernels;
using Lstm.Tests.Shared;
using Xunit.Abstractions;

namespace Lstm.Engine.Tests;

/// <summary>Weights kept in fewer bits: what it costs on the shipped models, and that law 2 holds all the same.</summary>
public sealed class WeightFormatTests(ITestOutputHelper output)
{
    private const int TestPoints = 4703;
    private const int Sessions = 13;

    // What float32 gives, as metrics.json of both models has it.
    private const double TaxiMae = 567.2;
    private const double NatsPerCharacter = 1.6168;

    // Measured: bfloat16 −0.2 and int8 +0.5 passengers; neither changes the fourth digit of the nats. A few times that: a defect shows, another rounding does not.
    private const double MostPassengers = 2;
    private const double MostNats = 0.0005;

    public static TheoryData<WeightFormat> Reduced => [WeightFormat.BFloat16, WeightFormat.Int8];

    public static TheoryData<WeightFormat, string> ReducedZoo
    {
        get
        {
            var data = new TheoryData<WeightFormat, string>();
            foreach (WeightFormat format in new[] { WeightFormat.BFloat16, WeightFormat.Int8 })
            {
                foreach (string name in new[] { "torch_lstm_l3_uni_bf_plain", "torch_gru_l3_uni_tf_state", "node_gru_lbr0", "torch_rnn_tanh_l2_uni_bf_plain", "node_lstm_peephole" })
                {
                    data.Add(format, name);
                }
            }
            return data;
        }
    }

    [Theory]
    [InlineData(WeightFormat.Float32)]
    [InlineData(WeightFormat.BFloat16)]
    [InlineData(WeightFormat.Int8)]
    public void Step_OfNycTaxi_ForecastsAsWell(WeightFormat format)
    {
        Model model = Model.Load(ShippedModels.NycTaxi, new ModelHints { Weights = format });
        (float[] X, float Demand)[] series = [.. File.ReadLines(Repository.Path("models", "nyc-taxi", "nyc_taxi.csv")).Skip(1).Select(HalfHour)];
        ModelState state = model.CreateState();
        var y = new float[3];
        double sum = 0;
        for (int n = 0; n < series.Length - 1; n++)
        {
            model.Step(state, series[n].X, y);
            sum += n >= series.Length - 1 - TestPoints ? Math.Abs(y[1] - series[n + 1].Demand) : 0;
        }
        double mae = sum / TestPoints;
        output.WriteLine($"nyc-taxi, {WeightFormats.NameOf(format)}: MAE {mae:0.00} passengers (float32 {TaxiMae})");
        Assert.Equal(TaxiMae, mae, format == WeightFormat.Float32 ? 0.05 : MostPassengers);
    }

    [Theory]
    [InlineData(WeightFormat.Float32)]
    [InlineData(WeightFormat.BFloat16)]
    [InlineData(WeightFormat.Int8)]
    public void Step_OfCharLm_PredictsTextAsWell(WeightFormat format)
    {
        Model model = Model.Load(ShippedModels.CharLm, new ModelHints { Weights = format });
        using var vocabulary = JsonDocument.Parse(File.ReadAllText(Repository.Path("models", "char-lm", "vocab.json")));
        string characters = string.Concat(Strings(vocabulary.RootElement));
        int[] text = [.. File.ReadAllText(Repository.Path("tests", "data", "char-lm", "shakespeare_validation.txt")).Select(c => characters.IndexOf(c, StringComparison.Ordinal))];
        ModelState state = model.CreateState();
        var logits = new float[characters.Length];
        double nats = 0;
        for (int n = 0; n < text.Length - 1; n++)
        {
            model.Step(state, [text[n]], logits);
            double most = logits.Max();
            nats += most + Math.Log(logits.Sum(l => Math.Exp(l - most))) - logits[text[n + 1]];
        }
        nats /= text.Length - 1;
        output.WriteLine($"char-lm, {WeightFormats.NameOf(format)}: {nats:0.0000} nats per character (float32 {NatsPerCharacter})");
        Assert.Equal(NatsPerCharacter, nats, format == WeightFormat.Float32 ? 0.0005 : MostNats);
    }

    [Theory, MemberData(nameof(ReducedZoo))]
    public void Run_InAnyBatchOnAnyWidth_EqualsStepAloneOnScalar(WeightFormat format, string name)
    {
        var hints = new ModelHints { Weights = format };
        string path = Repository.Path("tests", "data", "zoo", name, "model.onnx");
        NativeModel scalar = NativeModel.Load(path, VectorWidth.Scalar, hints);
        foreach (VectorWidth width in VectorWidths.Available)
        {
            NativeModel model = NativeModel.Load(path, width, hints);
            var random = new Random(11);
            ModelState[] alone = [.. Enumerable.Range(0, Sessions).Select(_ => scalar.CreateState())];
            ModelState[] together = [.. Enumerable.Range(0, Sessions).Select(_ => model.CreateState())];
            for (int step = 0; step < 5; step++)
            {
                int count = random.Next(1, Sessions + 1);
                StepBatch batch = model.CreateBatch(count);
                float[][] y = [.. Enumerable.Range(0, count).Select(_ => new float[model.Info.OutputSize])];
                var expected = new float[model.Info.OutputSize];
                float[][] x = [.. y.Select(_ => Enumerable.Range(0, model.Info.InputSize).Select(_ => (random.NextSingle() * 2) - 1).ToArray())];
                for (int session = 0; session < count; session++)
                {
                    batch.Add(together[session], x[session], y[session]);
                }
                batch.Run();
                for (int session = 0; session < count; session++)
                {
                    scalar.Step(alone[session], x[session], expected);
                    Assert.Equal(expected, y[session]);
                    Assert.Equal(alone[session].Values, together[session].Values);
                }
            }
        }
    }

    [Theory, MemberData(nameof(Reduced))]
    public void Step_WithFewerBits_DiffersButNotByMuch(WeightFormat format)
    {
        string path = Repository.Path("tests", "data", "zoo", "torch_lstm_l3_uni_bf_plain", "model.onnx");
        Model exact = Model.Load(path);
        Model reduced = Model.Load(path, new ModelHints { Weights = format });
        var expected = new float[exact.Info.OutputSize];
        var actual = new float[exact.Info.OutputSize];
        exact.Step(exact.CreateState(), new float[exact.Info.InputSize], expected);
        reduced.Step(reduced.CreateState(), new float[exact.Info.InputSize], actual);

        Assert.Equal(format, reduced.Info.Weights);
        Assert.Equal(WeightFormat.Float32, exact.Info.Weights);
        Assert.NotEqual(expected, actual);
        Assert.All(expected.Zip(actual), static pair => Assert.Equal(pair.First, pair.Second, 0.01f));
    }

    // Demand, and sin and cos of day and week, as the model was trained.
    private static (float[] X, float Demand) HalfHour(string line)
    {
        string[] fields = line.Split(',');
        DateTime time = DateTime.ParseExact(fields[0], "yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
        float demand = float.Parse(fields[1], CultureInfo.InvariantCulture);
        double day = time.TimeOfDay.TotalDays;
        double week = ((((int)time.DayOfWeek + 6) % 7) + day) / 7;
        return ([demand, Sin(day), Cos(day), Sin(week), Cos(week)], demand);

        static float Sin(double turn) => (float)Math.Sin(2 * Math.PI * turn);
        static float Cos(double turn) => (float)Math.Cos(2 * Math.PI * turn);
    }

    private static IEnumerable<string> Strings(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Array => element.EnumerateArray().Select(static e => e.GetString() ?? ""),
        JsonValueKind.Object => element.EnumerateObject().SelectMany(static p => p.Value.ValueKind == JsonValueKind.Array ? Strings(p.Value) : []),
        _ => [],
    };
}
