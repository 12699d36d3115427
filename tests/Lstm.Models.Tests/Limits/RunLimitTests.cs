using Lstm.Engine;

namespace Lstm.Models.Tests.Limits;

/// <summary>A run that would never end is stopped, and the next one goes on as if it had not been.</summary>
public sealed class RunLimitTests : IDisposable
{
    private static readonly ModelLoaderOptions Options = new() { MaxRunTime = TimeSpan.FromSeconds(1) };

    private readonly string _folder = Directory.CreateTempSubdirectory("lstm-run-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Step_ThatNeverEnds_IsStoppedAndLeavesTheState()
    {
        var model = ModelLoader.Load(LongLoop.Write(_folder, above: 100), Options);
        var (state, y) = (model.CreateState(), new float[1]);
        model.Step(state, [1], y);

        var stop = Assert.Throws<RunTooLongException>(() => model.Step(state, [1000], new float[1]));
        model.Step(state, [1], y);

        Assert.Equal("onnxruntime", model.Info.Backend);
        Assert.Equal(
            "ONNX Runtime was stopped after 00:00:01, the limit of time for one run (Lstm:Models:MaxRunTime of the service, ModelLoaderOptions.MaxRunTime); the state is as before.",
            stop.Message);
        // s' = s + x twice, then one round of + 1 in the loop.
        Assert.Equal(3, y[0]);
    }

    [Fact]
    public void Predict_ThatNeverEnds_IsStopped()
    {
        var model = ModelLoader.Load(LongLoop.Write(_folder, above: 100), Options);

        Assert.Throws<RunTooLongException>(() => model.Predict([new(model.CreateState(), 1, new float[] { 1000 }, new float[1])]));
    }
}
