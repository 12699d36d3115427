using Lstm.Cli.Bench.Service;
using Lstm.Cli.Verify.Runtime;
using Lstm.Engine;

namespace Lstm.Cli.Tests.Bench.Service;

public sealed class GeneratedLstmTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("lstm-generated-").FullName;

    [Fact]
    public void Write_LoadsNativelyAndEqualsOnnxRuntime()
    {
        string path = Path.Combine(_folder, "model.onnx");
        GeneratedLstm.Write(path, 24);

        var model = Model.Load(path);

        Assert.Equal((24, 24, 48), (model.Info.InputSize, model.Info.OutputSize, model.Info.StateSize));
        Assert.Equal([("h0", "hn"), ("c0", "cn")], model.Info.StatePairs.Select(static p => (p.Input, p.Output)));
        Assert.Equal((true, "one run over the whole sequence"), RuntimeVerifier.Verify("generated", model, given: null) is var verdict ? (verdict.Ok, verdict.PairsFrom) : default);
    }

    [Fact]
    public void Write_Twice_GivesTheSameFile()
    {
        string[] paths = [Path.Combine(_folder, "a.onnx"), Path.Combine(_folder, "b.onnx")];
        foreach (string path in paths)
            GeneratedLstm.Write(path, 8);

        Assert.Equal(File.ReadAllBytes(paths[0]), File.ReadAllBytes(paths[1]));
    }

    [Theory]
    [InlineData("lstm-128", 128)]
    [InlineData("lstm-0", null)]
    [InlineData("lstm-", null)]
    [InlineData("lstm-99999", null)]
    [InlineData("gru-128", null)]
    public void TryParse_Name_IsReadOrNot(string name, int? expected) => Assert.Equal(expected, GeneratedLstm.TryParse(name, out int size) ? size : null);

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
