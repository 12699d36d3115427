using System.Collections.Concurrent;
using Lstm.Engine.Kernels;
using Lstm.Engine.Scheduling;
using Xunit.Abstractions;

namespace Lstm.Engine.Tests.Laws;

/// <summary>
/// Law 2 over long runs: hashes of every output and every state of a session are those of the session alone, whatever runs beside it. The other
/// processors are in <see cref="InstructionSetTests"/>.
/// </summary>
public sealed class BatchInvarianceLawTests(ITestOutputHelper output)
{
    private const int Steps = 1000;
    private const int Widest = 130;

    // Sessions of a run whose point is something other than the batch.
    private const int Few = 5;

    private static readonly TimeSpan _patience = TimeSpan.FromMinutes(4);

    private static readonly ConcurrentDictionary<string, Lazy<Reference>> _references = new();

    public static TheoryData<string> Stepped => [.. LawModels.Stepped];

    public static TheoryData<string> Whole => [.. LawModels.Whole];

    [Theory, MemberData(nameof(Stepped))]
    public void Run_ShuffledInBatchesOfEveryWidth_EqualsAlone(string name)
    {
        Reference reference = ReferenceOf(name);
        float[][] inputs = reference.Inputs(Widest);

        AssertSame(reference.Trails, LawRuns.Shuffled(reference.Model, inputs, new Random(LawSeed.Value)), "shuffled");
        AssertSame(reference.Trails, LawRuns.OnTwoThreads(reference.Model, inputs, new Random(LawSeed.Value)), "on two threads");
    }

    [Theory]
    [InlineData("lstm-17")]
    [InlineData("gru-40")]
    public void Run_InBatchesOfOneWidth_EqualsAlone(string name)
    {
        Reference reference = ReferenceOf(name);
        float[][] inputs = reference.Inputs(Widest);
        for (int width = 1; width <= Widest; width++)
        {
            AssertSame(reference.Trails[..width], LawRuns.Together(reference.Model, inputs[..width]), $"in batches of {width}");
        }
    }

    [Theory, MemberData(nameof(Stepped))]
    public void Run_OnEveryVectorWidth_EqualsTheWidest(string name)
    {
        Reference reference = ReferenceOf(name);
        foreach (VectorWidth width in VectorWidths.Available.Skip(1))
        {
            NativeModel model = LawModels.Load(name, LawSeed.Value, width);
            AssertSame(reference.Trails[..Few], LawRuns.Shuffled(model, reference.Inputs(Few), new Random(LawSeed.Value)), $"on {width}");
        }
    }

    [Theory, MemberData(nameof(Stepped))]
    public void Predict_OfWholeSequences_EqualsSteps(string name)
    {
        Reference reference = ReferenceOf(name);
        float[][] inputs = reference.Inputs(2 * Few);
        // Neighbours of other lengths end one by one.
        float[][] others = [.. inputs[Few..].Select((x, n) => x[..(x.Length / Steps * ((n * 190) + 1))])];

        Trail[] trails = LawRuns.Predicted(reference.Model, [.. inputs[..Few], .. others]);

        AssertSame([.. reference.Trails[..Few].Select(static t => t.AtTheEnd())], trails[..Few], "as whole sequences");
    }

    [Theory, MemberData(nameof(Whole))]
    public async Task Predict_TogetherOnTwoThreadsAndOnEveryWidth_EqualsAlone(string name)
    {
        NativeModel model = LawModels.Load(name, LawSeed.Value, VectorWidths.Best);
        float[][] inputs = [.. Enumerable.Range(0, Few).Select(n => LawModels.Inputs(name, model.Info.InputSize, LawSeed.Value, n, n % 2 == 0 ? Steps : (n * 190) + 1))];
        Trail[] alone = [.. inputs.Select(x => LawRuns.Predicted(model, [x])[0])];

        AssertSame(alone, LawRuns.Predicted(model, inputs), "together");
        Task<Trail[]>[] threads = [.. Enumerable.Range(0, 2).Select(_ => Task.Run(() => LawRuns.Predicted(model, [.. inputs.Reverse()])))];
        Assert.All(await Task.WhenAll(threads).WaitAsync(_patience), trails => AssertSame([.. alone.Reverse()], trails, "on two threads"));
        foreach (VectorWidth width in VectorWidths.Available.Skip(1))
        {
            AssertSame(alone, LawRuns.Predicted(LawModels.Load(name, LawSeed.Value, width), inputs), $"on {width}");
        }
    }

    [Theory]
    [InlineData("nyc-taxi")]
    [InlineData("gru-17")]
    public async Task StepAsync_OfManySessionsInChunks_EqualsAlone(string name)
    {
        Reference reference = ReferenceOf(name);
        int widest = 0;
        var scheduler = new StepScheduler(reference.Model, new StepSchedulerOptions(), batch => widest = Math.Max(widest, batch.Width));
        Task<Trail>[] sessions = [.. reference.Inputs(Widest).Select((x, session) => Task.Run(async () =>
        {
            var random = new Random(unchecked(LawSeed.Value + session));
            (int inputSize, int outputSize) = (reference.Model.Info.InputSize, reference.Model.Info.OutputSize);
            ModelState state = reference.Model.CreateState();
            BitTrail outputs = default;
            float[] y = new float[4 * outputSize];
            for (int step = 0, count; step < Steps; step += count)
            {
                count = Math.Min(random.Next(1, 5), Steps - step);
                await scheduler.StepAsync(state, x.AsMemory(step * inputSize, count * inputSize), y.AsMemory(0, count * outputSize), count: count);
                for (int n = 0; n < count; n++)
                {
                    outputs.Take(y.AsSpan(n * outputSize, outputSize));
                }
            }
            return new Trail(outputs.Value, 0, LawRuns.HashOf(state));
        }))];

        Trail[] trails = await Task.WhenAll(sessions).WaitAsync(_patience);

        output.WriteLine($"widest batch: {widest}");
        AssertSame([.. reference.Trails.Select(static t => t.AtTheEnd())], trails, "through the scheduler");
    }

    [Fact]
    public void Trail_OfOneOtherBit_Differs()
    {
        Reference reference = ReferenceOf("rnn-3");
        float[] first = reference.Inputs(1)[0];
        float[] other = [.. first];
        other[0] = MathF.BitIncrement(other[0]);
        BitTrail trail = default;
        BitTrail otherTrail = default;
        trail.Take(first);
        otherTrail.Take(other);

        Assert.NotEqual(trail.Value, otherTrail.Value);
        Assert.Equal(reference.Trails[0], LawRuns.Alone(reference.Model, [first])[0]);
        Assert.Equal(Widest, reference.Trails.Distinct().Count());
    }

    private static Reference ReferenceOf(string name) => _references.GetOrAdd(name, static n => new Lazy<Reference>(() => new Reference(n))).Value;

    private void AssertSame(Trail[] expected, Trail[] actual, string how)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int session = 0; session < expected.Length; session++)
        {
            if (expected[session] != actual[session])
            {
                output.WriteLine($"seed {LawSeed.Value}");
                Assert.Fail($"Session {session} {how} left {actual[session]} behind; alone it was {expected[session]} (LSTM_LAWS={LawSeed.Value}).");
            }
        }
    }

    // What each session leaves behind when it is stepped alone. Inputs are drawn again where they are needed: those of all models take 140 MB.
    private sealed class Reference
    {
        private readonly string _name;

        public Reference(string name)
        {
            _name = name;
            Model = LawModels.Load(name, LawSeed.Value, VectorWidths.Best);
            Trails = LawRuns.Alone(Model, Inputs(Widest));
        }

        public NativeModel Model { get; }

        public Trail[] Trails { get; }

        public float[][] Inputs(int sessions) =>
            [.. Enumerable.Range(0, sessions).Select(session => LawModels.Inputs(_name, Model.Info.InputSize, LawSeed.Value, session, Steps))];
    }
}
