using Lstm.Engine.Kernels;

namespace Lstm.Engine.Tests;

/// <summary>A step's bits depend on model, state and input alone: not on the batch, not on the vector width.</summary>
public sealed class BatchInvarianceTests
{
    private const int Sessions = 37;
    private const int Steps = 25;

    public static TheoryData<int> EveryWidth => Widths.Every;

    [Theory, MemberData(nameof(EveryWidth))]
    public void Run_InBatchesOfEverySize_EqualsStepAloneOnScalar(int width)
    {
        NativeModel scalar = ShippedModels.Load(ShippedModels.NycTaxi, (int)VectorWidth.Scalar);
        NativeModel model = ShippedModels.Load(ShippedModels.NycTaxi, width);
        var random = new Random(7);
        ModelState[] alone = [.. Enumerable.Range(0, Sessions).Select(_ => scalar.CreateState())];
        ModelState[] together = [.. Enumerable.Range(0, Sessions).Select(_ => model.CreateState())];
        StepBatch batch = model.CreateBatch(Sessions);
        for (int step = 0; step < Steps; step++)
        {
            float[][] inputs = [.. Enumerable.Range(0, Sessions).Select(_ => ShippedModels.TaxiInput(random))];
            float[][] outputs = [.. inputs.Select(_ => new float[model.Info.OutputSize])];
            // Another order and other neighbours in every step: the first `cut` sessions in one run, the others in another.
            int[] order = [.. Enumerable.Range(0, Sessions).OrderBy(_ => random.Next())];
            int cut = random.Next(1, Sessions);
            foreach (int[] part in new[] { order[..cut], order[cut..] })
            {
                foreach (int session in part)
                {
                    batch.Add(together[session], inputs[session], outputs[session]);
                }
                batch.Run();
            }
            for (int session = 0; session < Sessions; session++)
            {
                var expected = new float[scalar.Info.OutputSize];
                scalar.Step(alone[session], inputs[session], expected);
                AssertBitEqual(expected, outputs[session]);
                AssertBitEqual(alone[session].Values, together[session].Values);
            }
        }
    }

    [Theory, MemberData(nameof(EveryWidth))]
    public void Step_OfCharLm_EqualsScalar(int width)
    {
        NativeModel scalar = ShippedModels.Load(ShippedModels.CharLm, (int)VectorWidth.Scalar);
        NativeModel model = ShippedModels.Load(ShippedModels.CharLm, width);
        ModelState expectedState = scalar.CreateState();
        ModelState actualState = model.CreateState();
        var expected = new float[65];
        var actual = new float[65];
        for (int step = 0; step < 100; step++)
        {
            scalar.Step(expectedState, [step % 65], expected);
            model.Step(actualState, [step % 65], actual);
            AssertBitEqual(expected, actual);
            AssertBitEqual(expectedState.Values, actualState.Values);
        }
    }

    [Fact]
    public void Step_WithGatesShown_ChangesNoBit()
    {
        Model model = Model.Load(ShippedModels.NycTaxi);
        ModelState plain = model.CreateState();
        ModelState shown = model.CreateState();
        var y = new float[3];
        var z = new float[3];
        var gates = new float[model.Info.GateSize];
        var random = new Random(3);
        for (int step = 0; step < 20; step++)
        {
            float[] x = ShippedModels.TaxiInput(random);
            model.Step(plain, x, y);
            model.Step(shown, x, z, gates);
            AssertBitEqual(y, z);
        }
        Assert.All(gates, static g => Assert.InRange(g, -1f, 1f));
        // c(t) = f·c(t−1) + i·g has to follow from what is shown: here of the first step's zero state.
        ModelState fresh = model.CreateState();
        model.Step(fresh, ShippedModels.TaxiInput(random), y, gates);
        float[] i = Slice(gates, model, "layer1.i");
        float[] g = Slice(gates, model, "layer1.g");
        float[] o = Slice(gates, model, "layer1.o");
        NamedSlice cell = model.Info.States.Single(static s => s.Name == "layer1.c");
        NamedSlice hidden = model.Info.States.Single(static s => s.Name == "layer1.h");
        for (int unit = 0; unit < cell.Length; unit++)
        {
            float c = fresh.Values[cell.Offset + unit];
            Assert.Equal(i[unit] * g[unit], c);
            Assert.Equal(o[unit] * Math.Tanh(c), fresh.Values[hidden.Offset + unit], 1e-6);
        }
    }

    private static float[] Slice(float[] gates, Model model, string name)
    {
        NamedSlice slice = model.Info.Gates.Single(s => s.Name == name);
        return gates[slice.Offset..(slice.Offset + slice.Length)];
    }

    private static void AssertBitEqual(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual) =>
        Assert.Equal(expected.ToArray().Select(BitConverter.SingleToInt32Bits), actual.ToArray().Select(BitConverter.SingleToInt32Bits));
}
