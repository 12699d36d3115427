using Lstm.Engine.Onnx;
using Lstm.Engine.Onnx.Pairing;
using Lstm.Tests.Shared;

namespace Lstm.Engine.Tests.Onnx.Pairing;

public sealed class NamedPairsTests
{
    [Fact]
    public void Check_PairsThatFit_TakesThemAsTheyAre()
    {
        StateLink link = Assert.Single(StatePairing.Find(Read(), [("h0", "hn")]).Links);

        Assert.Equal(new StateLink("h0", "hn", "named in model.json"), link);
    }

    [Fact]
    public void Check_PairsThatDoNotFit_ReportsEachFault()
    {
        var error = Assert.Throws<ModelLoadException>(() => StatePairing.Find(Read(), [("h0", "hm"), ("x", "hn"), ("h0", "y"), ("k", "hn")]));

        Assert.Equal(
            [
                "In state_pairs in model.json: the graph has no output 'hm'; its outputs are 'y', 'hn'.",
                "In state_pairs in model.json: the output 'hn' is float32 [1, B, 12] and cannot be the next value of the input 'x', which is int64 [B, T]; expected the same type and shape.",
                "In state_pairs in model.json: the output 'y' is float32 [B, T, 20] and cannot be the next value of the input 'h0', which is float32 [1, B, 12]; expected the same type and shape.",
                "In state_pairs in model.json: the graph has no input 'k'; its inputs are 'x', 'h0'.",
                "In state_pairs in model.json: the input 'h0' is named in several pairs; expected it in one.",
                "In state_pairs in model.json: the output 'hn' is named in several pairs; expected it in one.",
            ],
            error.Faults.Select(static f => f.ToString()));
    }

    private static OnnxGraph Read() => OnnxGraph.Read(OnnxFile.Read(Repository.Path("tests", "data", "zoo", "torch_embed_state", "model.onnx")));
}
