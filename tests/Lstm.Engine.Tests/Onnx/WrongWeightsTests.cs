using Lstm.Tests.Shared.Onnx;

namespace Lstm.Engine.Tests.Onnx;

/// <summary>Weights that contradict the node they belong to. ONNX Runtime loads every one of these files and computes something.</summary>
public sealed class WrongWeightsTests : IDisposable
{
    private readonly string _path = Path.GetTempFileName();

    public static TheoryData<string, int> Kinds => new() { { "LSTM", 4 }, { "GRU", 3 }, { "RNN", 1 } };

    public void Dispose() => File.Delete(_path);

    [Theory, MemberData(nameof(Kinds))]
    public void Load_WithWrongColumnsOfR_SaysSo(string kind, int gates)
    {
        string times = gates == 1 ? "" : $"{gates}·";
        Assert.Equal(
            $"{kind} 'cell': hidden_size is 5 but R has shape [1, {5 * gates}, 4]; expected [1, {times}hidden_size, hidden_size].",
            Refusal(kind, gates, r: [1, 5 * gates, 4]));
    }

    [Theory, MemberData(nameof(Kinds))]
    public void Load_WithWrongRowsOfR_SaysSo(string kind, int gates) =>
        Assert.Equal($"{kind} 'cell': R has shape [1, {(5 * gates) + 1}, 5]; expected [1, {5 * gates}, 5].", Refusal(kind, gates, r: [1, (5 * gates) + 1, 5]));

    [Theory, MemberData(nameof(Kinds))]
    public void Load_WithWrongHiddenSize_SaysSo(string kind, int gates)
    {
        string times = gates == 1 ? "" : $"{gates}·";
        Assert.Equal(
            $"{kind} 'cell': hidden_size is 6 but R has shape [1, {5 * gates}, 5]; expected [1, {times}hidden_size, hidden_size].",
            Refusal(kind, gates, hiddenSize: 6));
    }

    [Theory, MemberData(nameof(Kinds))]
    public void Load_WithWrongLengthOfB_SaysSo(string kind, int gates)
    {
        // The input biases alone, a common mistake of those who write files by hand.
        Assert.Equal($"{kind} 'cell': B has shape [1, {5 * gates}]; expected [1, {10 * gates}].", Refusal(kind, gates, b: [1, 5 * gates]));
    }

    [Theory, MemberData(nameof(Kinds))]
    public void Load_WithWrongColumnsOfW_SaysSo(string kind, int gates) =>
        Assert.Equal($"{kind} 'cell': W has shape [1, {5 * gates}, 2]; expected [1, {5 * gates}, 3].", Refusal(kind, gates, w: [1, 5 * gates, 2]));

    [Theory]
    [InlineData("W", float.NaN)]
    [InlineData("R", float.NaN)]
    [InlineData("B", float.NaN)]
    [InlineData("R", float.PositiveInfinity)]
    [InlineData("B", float.NegativeInfinity)]
    public void Load_WithWeightThatIsNotFinite_NamesThePlace(string which, float bad)
    {
        foreach ((string kind, int gates) in new[] { ("LSTM", 4), ("GRU", 3), ("RNN", 1) })
        {
            Assert.Equal($"{kind} 'cell': {which} holds a value that is not finite at place 2; the weights are damaged.", Refusal(kind, gates, poisoned: which, poison: bad));
        }
    }

    [Fact]
    public void Load_WithPeepholesThatDoNotFit_SaysSo()
    {
        Assert.Equal("LSTM 'cell': P has shape [1, 10]; expected [1, 15].", Refusal("LSTM", 4, p: [1, 10]));
        Assert.Equal("LSTM 'cell': P holds a value that is not finite at place 2; the weights are damaged.", Refusal("LSTM", 4, p: [1, 15], poisoned: "P", poison: float.NaN));
    }

    [Theory, MemberData(nameof(Kinds))]
    public void Load_WithStartOfNoSession_SaysSo(string kind, int gates) =>
        Assert.Equal($"{kind} 'cell': the constant of shape [1, 0, 5] is empty; expected a row for every session.", Refusal(kind, gates, start: [1, 0, 5]));

    private string Refusal(
        string kind, int gates, long[]? w = null, long[]? r = null, long[]? b = null, long[]? p = null, long[]? start = null, int hiddenSize = 5, string poisoned = "", float poison = 0)
    {
        var file = new OnnxBuilder(14);
        string Weights(string name, long[]? dims, params long[] sound)
        {
            dims ??= sound;
            var values = new float[dims.Aggregate(1L, static (product, n) => product * n)];
            if (name == poisoned)
            {
                values[2] = poison;
            }
            return dims.Length == 0 ? "" : file.Floats(values, dims);
        }
        string y = file.Node(
            kind,
            [file.Input("x", "T B 3"), Weights("W", w, 1, 5 * gates, 3), Weights("R", r, 1, 5 * gates, 5), Weights("B", b, 1, 10 * gates), "", Weights("initial_h", start), "", Weights("P", p)],
            ("hidden_size", hiddenSize));
        file.Output(y, "T 1 B 5", "y");
        file.Graph.Node[0].Name = "cell";
        return Assert.Single(Assert.Throws<ModelLoadException>(() => Model.Load(file.Write(_path))).Faults).ToString();
    }
}
