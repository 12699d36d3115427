namespace Lstm.Cli.Tests.Verify;

/// <summary>Networks as people export them: what streams, what runs as a whole, and what ONNX Runtime runs.</summary>
public sealed class VerifyExportsTests
{
    [Theory]
    [InlineData("streams", "native", false)]
    [InlineData("whole", "native", true)]
    [InlineData("elsewhere", "onnxruntime", true)]
    public void Verify_Exports_AreOkOnTheBackendAndInTheFormOfTheirFolder(string folder, string backend, bool isWhole)
    {
        var path = VerifyData.Path("exports", folder);

        var run = VerifyRun.Of(path, "--json");

        var lines = run.Json();
        Assert.Equal(Directory.GetFiles(path, "*.onnx").Length, lines.Length);
        Assert.All(lines, line =>
        {
            Assert.True(line.GetProperty("ok").GetBoolean(), line.ToString());
            Assert.Equal(backend, line.GetProperty("backend").GetString());
            Assert.Equal(isWhole, line.GetProperty("why").GetString()!.EndsWith("as a whole sequence", StringComparison.Ordinal)); // every line says why
        });
        Assert.Equal(0, run.ExitCode);
    }
}
