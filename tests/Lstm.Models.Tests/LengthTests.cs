using Lstm.Engine;
using Lstm.OnnxRuntime;
using Lstm.Tests.Shared.Onnx;

namespace Lstm.Models.Tests;

/// <summary>Graphs over time whose outputs are shorter than their input, or which need some timesteps before they give anything.</summary>
public sealed class LengthTests : IDisposable
{
    private const float Tolerance = 1e-5f;
    private readonly string _folder = Directory.CreateTempSubdirectory("lstm-lengths-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(1, 2, "[2, 1, 4] for 4 timesteps and [3, 1, 4] for 5")]
    [InlineData(1, 4, "[1, 1, 4] for 4 timesteps and [2, 1, 4] for 5")]
    [InlineData(3, 1, "[2, 1, 4] for 4 timesteps and [3, 1, 4] for 5")]
    [InlineData(9, 3, "[3, 1, 4] for 16 timesteps and [4, 1, 4] for 18")]
    public void Load_WithRowsOfAnotherLength_IsRefused(int kernel, int stride, string shapes)
    {
        var error = Assert.Throws<ModelLoadException>(() => Load(kernel, stride, last: false));

        Assert.Equal(
            $"In ONNX Runtime: The output 'y' has shape {shapes}; expected one row a timestep, or one for all: outputs of another length than the input's are not served.",
            error.Faults[^1].ToString());
    }

    [Theory]
    [InlineData(1, 2)]
    [InlineData(3, 1)]
    [InlineData(5, 2)]
    [InlineData(9, 3)]
    [InlineData(40, 7)]
    public void Predict_OfTheLastRow_IsRightFromTheShortestLengthOn(int kernel, int stride)
    {
        var model = Load(kernel, stride, last: true);
        using var reference = OrtModel.Load(model.Info.Path);

        Assert.Equal(kernel, model.Info.ShortestSequence);
        Assert.Equal(
            kernel == 1 ? "Expected at least one timestep but got 0." : $"Expected at least {kernel} timesteps, the fewest that the graph runs over, but got {kernel - 1}.",
            model.FindLengthFault(kernel - 1));
        var random = new Random(2);
        foreach (var length in (int[])[kernel, kernel + 1, kernel + 6, 3 * kernel])
        {
            float[] x = [.. Enumerable.Range(0, length * 2).Select(_ => random.NextSingle())];
            var sequence = new Sequence(model.CreateState(), length, x, new float[length * 4]);
            model.Predict([sequence]);
            // The file has [B, C, T].
            float[] turned = [.. Enumerable.Range(0, 2).SelectMany(c => Enumerable.Range(0, length).Select(t => x[(t * 2) + c]))];
            var expected = reference.Run(new Dictionary<string, OrtTensor> { ["x"] = new([1, 2, length], turned) })["y"].ToDoubles();
            for (var n = 0; n < 4; n++)
                Assert.Equal(expected[n], sequence.Y.Span[((length - 1) * 4) + n], Tolerance);
        }
    }

    private Model Load(int kernel, int stride, bool last)
    {
        var random = new Random(1);
        float[] Draw(int count) => [.. Enumerable.Range(0, count).Select(_ => random.NextSingle() - 0.5f)];
        var file = new OnnxBuilder(17);
        var conv = file.Node("Conv", [file.Input("x", "B 2 T"), file.Floats(Draw(6 * kernel), 3, 2, kernel)], ("strides", (long[])[stride]));
        var y = file.Squeeze(file.Nodes("LSTM", [true], [file.Transpose(conv, 2, 0, 1), file.Floats(Draw(48), 1, 16, 3), file.Floats(Draw(64), 1, 16, 4)], ("hidden_size", 4))[0], 1);
        file.Output(last ? file.Node("Gather", [y, file.Integer(-1)], ("axis", 0)) : y, last ? "B 4" : "? B 4", "y");
        return ModelLoader.Load(file.Write(Path.Combine(_folder, "model.onnx")), new ModelLoaderOptions { Backend = last ? BackendChoice.OnnxRuntime : BackendChoice.Auto });
    }
}
