using System.Text.Json;
using Lstm.Engine;

namespace Lstm.OnnxRuntime.Tests.SessionInputs;

/// <summary>Files as people have them, with what ONNX Runtime gave for them: stepped by a client that carries the state (s/), and run as a whole (w/).</summary>
public sealed class FoundModelTests
{
    // The references have seven digits.
    private const float Tolerance = 2e-6f;

    [Fact]
    public void InitialStateFromACategory_RunsNatively()
    {
        Dictionary<string, float[][]> expected = Read("13-initial-state-from-input");
        Model model = Model.Load(PathOf("13-initial-state-from-input"));
        ModelState state = model.CreateState([new SessionInput("cat", null, expected["x/cat"][0])]);

        Assert.True(model.Info.IsStreamable);
        Assert.Equal(["cat int64 [B]"], model.Info.SessionInputs.Select(static i => $"{i.Name} {i.ElementType} {i.Axes}"));
        Assert.Equal(["x"], model.Info.Inputs.Select(static i => i.Name));
        Assert.Equal(["cat", "layer0.h", "layer0.c"], model.Info.States.Select(static s => s.Name));
        AssertNear(expected["s/q"], Step(model, state, expected["x/x"]));
        AssertNear(expected["w/q"], Predict(model, model.CreateState([new SessionInput("cat", null, expected["x/cat"][0])]), expected["x/x"]));
    }

    [Fact]
    public void InitialStateFromACategory_RefusesWhatItDoesNotKnow()
    {
        Model model = Model.Load(PathOf("13-initial-state-from-input"));

        Assert.Equal("The input 'cat' of shape [] is missing; it is given once, when a session opens.", model.FindSessionInputFault([]));
        Assert.Equal("Expected a whole number from -7 to 6 at place 0 of 'cat' but got 7.", Fault("cat", null, 7));
        Assert.Equal("Expected a whole number from -7 to 6 at place 0 of 'cat' but got 0.5.", Fault("cat", null, 0.5f));
        Assert.Equal("Expected 'cat' of shape [] but got 2 values.", Fault("cat", null, 1, 2));
        Assert.Equal("Expected 'cat' of shape [] but got shape [1] with 1 values.", Fault("cat", [1], 1));
        Assert.Equal("A value of 'cat' is not a finite number.", Fault("cat", null, float.NaN));
        Assert.Equal("The input 'x' is part of every step; inputs that are given once, when a session opens: 'cat'.", Fault("x", null, 1));
        Assert.Equal("The model has no input 'dog' that is given once, when a session opens; it has 'cat'.", Fault("dog", null, 1));
        ArgumentException error = Assert.Throws<ArgumentException>(() => model.CreateState());
        Assert.Equal("The input 'cat' of shape [] is missing; it is given once, when a session opens. (Parameter 'inputs')", error.Message);

        string? Fault(string name, int[]? shape, params float[] values) => model.FindSessionInputFault([new SessionInput(name, shape, values)]);
    }

    [Fact]
    public void AttentionOverAContext_StepsInOnnxRuntime()
    {
        Dictionary<string, float[][]> expected = Read("13-attention-decoder-open-context");
        using OrtBackedModel model = OrtBackedModel.Load(PathOf("13-attention-decoder-open-context"));
        SessionInput context = new("encoder_context", null, expected["x/encoder_context"][0]);

        Assert.True(model.Info.IsStreamable);
        Assert.Equal(["encoder_context [B, S, 8] 0,8"], model.Info.SessionInputs.Select(static i => $"{i.Name} {i.Axes} {string.Join(',', i.Shape)}"));
        Assert.Equal(["decoder_input"], model.Info.Inputs.Select(static i => i.Name));
        Assert.Equal(["decoder_output"], model.Info.Outputs.Select(static o => o.Name));
        Assert.Equal(
            ["The output 'attention' is left out: it is as long as what the session was given when it opened. With a shape for that input in model.json the length is fixed, and the output is there."],
            model.Info.Remarks.Select(static r => r.Reason));
        ModelState state = model.CreateState([context]);
        AssertNear(expected["s/decoder_output"], Step(model, state, expected["x/decoder_input"]));
        Assert.Equal([6, 8], state.Inputs[0].Shape);
        AssertNear(expected["s/decoder_output"], Predict(model, model.CreateState([context]), expected["x/decoder_input"]));
        Assert.Equal("Expected 'encoder_context' of shape [any, 8] but got 9 values.", model.FindSessionInputFault([context with { Values = new float[9] }]));
    }

    [Fact]
    public void QuantisedWhileItRuns_StepsAndPredictsAsOnnxRuntimeDoes()
    {
        Dictionary<string, float[][]> expected = Read("08-dynamic-quantised-lstm-state");
        using OrtBackedModel model = OrtBackedModel.Load(PathOf("08-dynamic-quantised-lstm-state"));

        Assert.True(model.Info.IsStreamable);
        Assert.Equal(
            ["It is quantised to 8 bits with a scale that every run chooses from its values: a session runs one timestep at a time, a prediction the whole sequence at once, and the two differ by that rounding."],
            model.Info.Remarks.Select(static r => r.Reason));
        AssertNear(expected["s/y"], Step(model, model.CreateState(), expected["x/x"]));
        AssertNear(expected["w/y"], Predict(model, model.CreateState(), expected["x/x"]));
    }

    [Fact]
    public void QuantisedWithItsStateInside_RunsWholeAndSaysWhatToDo()
    {
        Dictionary<string, float[][]> expected = Read("08-dynamic-quantised-lstm-plain");
        ModelLoadException native = Assert.Throws<ModelLoadException>(() => Model.Load(PathOf("08-dynamic-quantised-lstm-plain")));
        using OrtBackedModel model = OrtBackedModel.Load(PathOf("08-dynamic-quantised-lstm-plain"), notNative: native.Faults);

        Assert.Contains(model.Info.NotStreamable, static f => f.Reason.EndsWith(" Quantise an export whose states go in and out (x, h0, c0 → y, hn, cn), and it streams.", StringComparison.Ordinal));
        AssertNear(expected["w/y"], Predict(model, model.CreateState(), expected["x/x"]));
    }

    private static float[][] Step(Model model, ModelState state, float[][] x) => [.. x.Select(row =>
    {
        var y = new float[model.Info.OutputSize];
        model.Step(state, row, y);
        return y;
    })];

    private static float[][] Predict(Model model, ModelState state, float[][] x)
    {
        var y = new float[x.Length * model.Info.OutputSize];
        model.Predict([new Sequence(state, x.Length, x.SelectMany(static row => row).ToArray(), y)]);
        return [.. y.Chunk(model.Info.OutputSize)];
    }

    private static void AssertNear(float[][] expected, float[][] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        foreach (var (e, a) in expected.Zip(actual))
        {
            Assert.Equal(e.Length, a.Length);
            Assert.All(e.Zip(a), static p => Assert.InRange(p.Second, p.First - Tolerance, p.First + Tolerance));
        }
    }

    private static string PathOf(string name) => TestData.Path("found", name, "model.onnx");

    private static Dictionary<string, float[][]> Read(string name)
    {
        using JsonDocument json = JsonDocument.Parse(File.ReadAllBytes(TestData.Path("found", name, "reference.json")));
        return json.RootElement.EnumerateObject().Where(static p => p.Value.ValueKind == JsonValueKind.Array)
            .ToDictionary(static p => p.Name, static p => p.Value.EnumerateArray().Select(static row => row.EnumerateArray().Select(static v => v.GetSingle()).ToArray()).ToArray());
    }
}
