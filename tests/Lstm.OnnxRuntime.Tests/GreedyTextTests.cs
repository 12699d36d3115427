using System.Text.Json;
using Lstm.Engine;

namespace Lstm.OnnxRuntime.Tests;

/// <summary>400 characters, each the likeliest after all before it. One wrong bit in the state would sooner or later be another text.</summary>
public sealed class GreedyTextTests
{
    [Theory]
    [InlineData("char_lm_state.onnx")]
    [InlineData("char_lm_plain.onnx")]
    public void Step_AlwaysTheLargestLogit_WritesExactlyTheReferenceText(string file)
    {
        var model = Model.Load(TestData.Path("char-lm", file));
        var state = model.CreateState();

        AssertText((x, logits) => model.Step(state, x, logits), model.Info.OutputSize);
    }

    [Fact]
    public void OnnxRuntime_AlwaysTheLargestLogit_WritesTheSameText()
    {
        using var model = OrtModel.Load(TestData.Path("char-lm", "char_lm_state.onnx"));
        using var stepper = new OrtStepper(model, [new("h0", "hn"), new("c0", "cn")]);

        AssertText((x, logits) => stepper.Step(x, logits), stepper.OutputLength);
    }

    private static void AssertText(Action<float[], float[]> step, int vocabulary)
    {
        using var greedy = JsonDocument.Parse(File.ReadAllBytes(TestData.Path("char-lm", "greedy.json")));
        int[] Tokens(string name) => [.. greedy.RootElement.GetProperty(name).EnumerateArray().Select(static t => t.GetInt32())];
        var expected = Tokens("greedy_tokens");
        var logits = new float[vocabulary];
        foreach (var token in Tokens("prompt_tokens"))
            step([token], logits);

        var written = new List<int>();
        while (written.Count < expected.Length)
        {
            var next = Array.IndexOf(logits, logits.Max());
            written.Add(next);
            step([next], logits);
        }

        Assert.Equal(400, expected.Length);
        Assert.Equal(expected, written);
    }
}
