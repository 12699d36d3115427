using Lstm.Engine.Kernels;
using Lstm.Tests.Shared.Onnx;

namespace Lstm.Engine.Tests.Laws;

/// <summary>Every form of an operator gives the same bits alone and in batches, on every vector width, and allocates nothing in a step.</summary>
public sealed class OperatorFormTests : IDisposable
{
    private const int Sessions = 5;
    private const int Steps = 4;

    private readonly string _path = Path.GetTempFileName();

    public static TheoryData<string> Names => [.. OperatorForms.Names];

    public void Dispose() => File.Delete(_path);

    [Theory, MemberData(nameof(Names))]
    public void Step_AloneAndTogetherOnEveryWidth_GivesTheSameBits(string name)
    {
        OperatorForms.Make(name).Write(_path);
        float[][]? expected = null;
        foreach (VectorWidth width in VectorWidths.Available)
        {
            NativeModel model = NativeModel.Load(_path, width);
            float[][] alone = Alone(model);
            Assert.Equal(alone, Together(model));
            expected ??= alone;
            Assert.Equal(expected, alone);
        }
    }

    [Theory, MemberData(nameof(Names))]
    public void Step_OnceWarm_AllocatesNothing(string name)
    {
        Model model = Model.Load(OperatorForms.Make(name).Write(_path));
        ModelState state = model.CreateState();
        float[] x = [0.5f, -1, 2, 0.25f, 0, 1];
        var y = new float[model.Info.OutputSize];
        model.Step(state, x, y);

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int step = 0; step < 100; step++)
        {
            model.Step(state, x, y);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static float[][] Alone(NativeModel model)
    {
        ModelState[] states = [.. Enumerable.Range(0, Sessions).Select(_ => model.CreateState())];
        float[][] y = [];
        for (int t = 0; t < Steps; t++)
        {
            y = [.. states.Select((state, session) =>
            {
                var result = new float[model.Info.OutputSize];
                model.Step(state, Input(session, t), result);
                return result;
            })];
        }
        return y;
    }

    private static float[][] Together(NativeModel model)
    {
        ModelState[] states = [.. Enumerable.Range(0, Sessions).Select(_ => model.CreateState())];
        float[][] y = [.. states.Select(_ => new float[model.Info.OutputSize])];
        StepBatch batch = model.CreateBatch(Sessions);
        for (int t = 0; t < Steps; t++)
        {
            for (int session = 0; session < Sessions; session++)
            {
                batch.Add(states[session], Input(session, t), y[session]);
            }
            batch.Run();
        }
        return y;
    }

    private static float[] Input(int session, int t)
    {
        var random = new Random((100 * session) + t);
        return [.. Enumerable.Range(0, 6).Select(_ => (random.NextSingle() * 4) - 2)];
    }
}
