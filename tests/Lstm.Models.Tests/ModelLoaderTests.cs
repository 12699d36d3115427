using Lstm.Engine;
using Lstm.OnnxRuntime;
using Lstm.Tests.Shared;
using Lstm.Tests.Shared.Onnx;

namespace Lstm.Models.Tests;

/// <summary>Which backend runs a model, and why.</summary>
public sealed class ModelLoaderTests : IDisposable
{
    // What FusedMatMul gives here is a plain product, so both backends do the same sums in another order.
    private const float Tolerance = 1e-5f;

    private readonly string _folder = Directory.CreateTempSubdirectory("lstm-models-").FullName;

    public static TheoryData<string> BadFiles =>
        [.. Directory.GetFiles(Repository.Path("tests", "data", "zoo", "bad"), "*.onnx").Select(static f => Path.GetFileName(f))];

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Load_OfWhatTheNativeEngineCanDo_IsNative()
    {
        var model = ModelLoader.Load(Repository.Path("models", "nyc-taxi", "model.onnx"));

        Assert.Equal("native", model.Info.Backend);
        Assert.Empty(model.Info.NotNative);
        Assert.True(model.Info.IsBatchInvariant);
    }

    [Fact]
    public void Load_OfAnOperatorThatIsNotNative_StepsInOnnxRuntimeAndSaysWhy()
    {
        var odd = ModelLoader.Load(Write(Lstm(withState: true, foreign: true)));
        var plain = ModelLoader.Load(Write(Lstm(withState: true, foreign: false), "plain"));

        Assert.Equal(("onnxruntime", "native"), (odd.Info.Backend, plain.Info.Backend));
        Assert.False(odd.Info.IsBatchInvariant);
        Assert.Equal("FusedMatMul 'FusedMatMul_6': the operator of domain 'com.microsoft' is not supported natively.", Assert.Single(odd.Info.NotNative).ToString());
        Assert.Equal(
            "It runs in ONNX Runtime, so the last bits of a step may depend on the machine: batch invariance, which the native engine promises, does not hold. "
            + "Not native, because of FusedMatMul 'FusedMatMul_6': the operator of domain 'com.microsoft' is not supported natively.",
            odd.Info.InvarianceNote);
        Assert.Equal("", plain.Info.InvarianceNote);
        Assert.True(odd.Info.IsStreamable);
        var (a, b) = (odd.CreateState(), plain.CreateState());
        var (y, z) = (new float[2], new float[2]);
        for (var t = 0; t < 5; t++)
        {
            odd.Step(a, [t, 1, -t], y);
            plain.Step(b, [t, 1, -t], z);
            Assert.InRange(y[0], z[0] - Tolerance, z[0] + Tolerance);
            Assert.InRange(y[1], z[1] - Tolerance, z[1] + Tolerance);
        }
    }

    [Fact]
    public void Load_OfAHiddenStateBehindSuchAnOperator_PredictsOnlyAndSaysWhy()
    {
        var model = ModelLoader.Load(Write(Lstm(withState: false, foreign: true)));

        Assert.Equal("onnxruntime", model.Info.Backend);
        Assert.Equal(
            "FusedMatMul 'FusedMatMul_6': the graph has no state inputs, so its state starts inside, and the native engine, which would find it there, cannot follow this operator.",
            Assert.Single(model.Info.NotStreamable).ToString());
        var sequence = new Sequence(model.CreateState(), 4, new float[12], new float[8]);
        model.Predict([sequence]);
        Assert.Throws<NotStreamableException>(() => model.Step(model.CreateState(), new float[3], new float[2]));
    }

    [Theory, MemberData(nameof(BadFiles))]
    public void Load_OfABrokenFile_IsRefusedWhateverTheBackend(string file)
    {
        var path = Repository.Path("tests", "data", "zoo", "bad", file);

        foreach (var backend in Enum.GetValues<BackendChoice>())
            Assert.NotEmpty(Assert.Throws<ModelLoadException>(() => ModelLoader.Load(path, new ModelLoaderOptions { Backend = backend })).Faults);
    }

    [Fact]
    public void Load_OfAnOperatorThatNoOneKnows_ReportsWhatBothSay()
    {
        var error = Assert.Throws<ModelLoadException>(() => ModelLoader.Load(Repository.Path("tests", "data", "zoo", "bad", "unknown_op.onnx")));

        Assert.Equal(2, error.Faults.Count);
        Assert.Equal("NoSuchOp 'NoSuchOp__4': the operator is not supported natively.", error.Faults[0].ToString());
        Assert.StartsWith($"ONNX Runtime {OrtModel.Version} says: ", error.Faults[1].ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Load_OfDamageBesideAnUnknownOperator_IsRefused()
    {
        // ONNX Runtime would run it.
        var file = Lstm(withState: true, foreign: true, damage: float.NaN);

        var error = Assert.Throws<ModelLoadException>(() => ModelLoader.Load(Write(file)));

        Assert.Contains(error.Faults, static f => f.ToString().Contains("not finite", StringComparison.Ordinal) || f.ToString().Contains("not a number", StringComparison.Ordinal));
    }

    [Fact]
    public void Load_WithBackend_TakesThatOne()
    {
        var path = Repository.Path("models", "nyc-taxi", "model.onnx");

        Assert.Equal("onnxruntime", ModelLoader.Load(path, new ModelLoaderOptions { Backend = BackendChoice.OnnxRuntime }).Info.Backend);
        var error = Assert.Throws<ModelLoadException>(() => ModelLoader.Load(Write(Lstm(withState: true, foreign: true)), new ModelLoaderOptions { Backend = BackendChoice.Native }));
        Assert.Equal("FusedMatMul 'FusedMatMul_6': the operator of domain 'com.microsoft' is not supported natively.", Assert.Single(error.Faults).ToString());
    }

    [Theory]
    [InlineData(false, 1)]
    [InlineData(true, int.MaxValue)]
    public void Load_WithBatching_PassesItOn(bool allow, int most) =>
        Assert.Equal(most, ModelLoader.Load(Write(Lstm(withState: true, foreign: true)), new ModelLoaderOptions { AllowBatching = allow }).Info.MaxBatch);

    internal static OnnxBuilder Lstm(bool withState, bool foreign, float damage = 0.1f)
    {
        var random = new Random(1);
        float[] Draw(int count) => [.. Enumerable.Range(0, count).Select(_ => random.NextSingle() - 0.5f)];
        var file = new OnnxBuilder(17);
        var x = file.Input("x", "T B 3");
        string[] states = withState ? ["", "", file.Input("h0", "1 B 4"), file.Input("c0", "1 B 4")] : [];
        var r = Draw(64);
        r[5] = damage;
        var lstm = file.Nodes("LSTM", [true, withState, withState], [x, file.Floats(Draw(48), 1, 16, 3), file.Floats(r, 1, 16, 4), .. states], ("hidden_size", 4));
        var y = file.Squeeze(lstm[0], 1);
        var head = file.Floats(Draw(8), 4, 2);
        file.Output(foreign ? file.ForeignNode("FusedMatMul", [y, head]) : file.Node("MatMul", [y, head]), "T B 2", "y");
        if (withState)
        {
            file.Output(lstm[1], "1 B 4", "hn");
            file.Output(lstm[2], "1 B 4", "cn");
        }
        return file;
    }

    private string Write(OnnxBuilder file, string name = "model") => file.Write(Path.Combine(_folder, $"{name}.onnx"));
}
