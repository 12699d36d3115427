using System.Text.Json.Nodes;
using Lstm.Cli.Verify;
using Lstm.Cli.Verify.Bundles;

namespace Lstm.Cli.Tests.Verify;

public sealed class BundleReaderTests : IDisposable
{
    private readonly VerifyData _data = new();

    public void Dispose() => _data.Dispose();

    [Fact]
    public void Read_Case_GivesAxesToleranceAndTensors()
    {
        var bundle = BundleReader.Read(VerifyData.Path("zoo", "torch_two_heads_state", "case.json"));

        Assert.Equal("torch_two_heads_state", bundle.Name);
        Assert.Equal(["model.onnx"], bundle.Models);
        Assert.Equal("exact", bundle.Streaming);
        Assert.Equal([("h0", "hn"), ("c0", "cn")], bundle.StatePairs);
        Assert.Equal(0, bundle.TimeAxis["y2"]);
        Assert.Equal(1, bundle.BatchAxis["c0"]);
        Assert.Equal(new Tolerance(5e-6, 1e-5), bundle.Tolerance);
        Assert.Equal([6, 1, 2, 12], bundle.Get("step/hn").Shape);
        // The last of the step values is the value after the whole sequence.
        Assert.Equal(bundle.Get("hn").Values, bundle.Get("step/hn").Slice((0, 5)));
    }

    [Fact]
    public void Read_Trace_GivesItsModelsAndIntegers()
    {
        var bundle = BundleReader.Read(VerifyData.Path("char-lm", "trace_text.json"));

        Assert.Equal(["char_lm_state.onnx", "char_lm_plain.onnx"], bundle.Models);
        Assert.Null(bundle.Tolerance);
        Assert.All(bundle.Get("x").Values, static token => Assert.InRange(token, 0, 64));
        Assert.InRange(bundle.Float32Difference["y"], 7e-6, 8e-6);
    }

    [Fact]
    public void Slice_TimeAndBatch_TakesTheRestInRowMajorOrder()
    {
        var tensor = new BundleTensor("x", "input", [2, 3, 2], [.. Enumerable.Range(0, 12).Select(static v => (double)v)], "", "");

        Assert.Equal([10, 11], tensor.Slice((0, 1), (1, 2)));
        Assert.Equal([2, 3, 8, 9], tensor.Slice((1, 1)));
        Assert.Equal([1, 3, 5], tensor.Slice((2, 1), (0, 0)));
        Assert.Equal(tensor.Values, tensor.Slice((-1, 7)));
    }

    [Theory]
    [InlineData("format", "\"other\"", "expected \"format\": \"tensor-bundle-1\" but found \"other\".")]
    [InlineData("bin", "null", "expected \"bin\" to name the binary file but it is absent.")]
    [InlineData("state_pairs", "[[\"h0\"]]", "expected pairs in \"state_pairs\" but found 1 names.")]
    public void Read_WrongIndex_SaysExpectedAndFound(string key, string value, string expected) =>
        AssertRefused(json => json[key] = JsonNode.Parse(value), expected);

    [Theory]
    [InlineData("dtype", "\"f31\"", "tensor 'x' has dtype \"f31\"; expected f32, f64, f16, i64, i32, u8 or bool.")]
    [InlineData("bytes", "236", "tensor 'x' of shape [2, 6, 5] and dtype f32 takes 240 bytes but its index says 236.")]
    [InlineData("offset", "1700", "tensor 'x' lies at bytes 1700 to 1940 but the binary file has 1904.")]
    [InlineData("offset", "-8", "tensor 'x' lies at bytes -8 to 232 but the binary file has 1904.")]
    [InlineData("shape", "[-2, 6, -5]", "tensor 'x' has a negative length in its shape [-2, 6, -5].")]
    public void Read_WrongTensor_SaysExpectedAndFound(string key, string value, string expected) =>
        AssertRefused(json => json["tensors"]![0]![key] = JsonNode.Parse(value), expected); // the case has tensors

    [Fact]
    public void Read_BinaryFileAbsent_NamesIt()
    {
        var index = Path.Combine(_data.Copy("zoo", "torch_lstm_l1_uni_bf_plain"), "case.json");
        File.Delete(Path.Combine(Path.GetDirectoryName(index)!, "data.bin"));

        var error = Assert.Throws<BundleException>(() => BundleReader.Read(index));

        Assert.StartsWith($"Cannot read bundle '{index}': its binary file 'data.bin' cannot be read: ", error.Message, StringComparison.Ordinal);
    }

    private void AssertRefused(Action<JsonObject> edit, string expected)
    {
        var index = Path.Combine(_data.Copy("zoo", "torch_lstm_l1_uni_bf_plain"), "case.json");
        VerifyData.Edit(index, edit);

        var error = Assert.Throws<BundleException>(() => BundleReader.Read(index));

        Assert.Equal($"Cannot read bundle '{index}': {expected}", error.Message);
    }
}
