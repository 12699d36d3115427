using System.Text.Json;
using Lstm.Engine.Onnx;
using Lstm.Engine.Onnx.Pairing;
using Lstm.Engine.Onnx.Schema;
using Lstm.Engine.Tests.Onnx.Pairing;
using Lstm.Tests.Shared;
using Lstm.Tests.Shared.Onnx;
using DataType = Lstm.Engine.Onnx.Schema.TensorProto.Types.DataType;

namespace Lstm.Engine.Tests.Onnx;

/// <summary>States are found by tracing the graph; renaming and reordering inputs and outputs changes nothing.</summary>
public sealed class StatePairingTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("lstm-pairs-").FullName;

    public static TheoryData<string> Cases =>
        [.. Directory.GetDirectories(Repository.Path("tests", "data", "zoo")).Where(static d => File.Exists(Path.Combine(d, "case.json"))).Select(static d => Path.GetFileName(d)).Order()];

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory, MemberData(nameof(Cases))]
    public void Find_InZoo_FindsThePairsOfTheCase(string name)
    {
        using JsonDocument json = JsonDocument.Parse(File.ReadAllBytes(Repository.Path("tests", "data", "zoo", name, "case.json")));
        string[] expected = json.RootElement.GetProperty("form").GetString() == "plain"
            ? []
            : [.. json.RootElement.GetProperty("state_pairs").EnumerateArray().Select(static p => $"{p[0]} -> {p[1]}").Order()];

        StatePairing found = StatePairing.Find(OnnxGraph.Read(OnnxFile.Read(Repository.Path("tests", "data", "zoo", name, "model.onnx"))));

        Assert.Null(found.Ambiguity);
        Assert.Equal(expected, found.Links.Select(static l => $"{l.Input} -> {l.Output}").Order());
        Assert.All(found.Links, static l => Assert.Null(l.Piece));
    }

    [Theory, MemberData(nameof(Cases))]
    public void Find_InZooWithoutNamesAndOrder_FindsTheSame(string name)
    {
        ModelProto model = ModelProto.Parser.ParseFrom(File.ReadAllBytes(Repository.Path("tests", "data", "zoo", name, "model.onnx")));
        string[] expected = [.. Find(model).Links.Select(static l => $"{l.Input} -> {l.Output}").Order()];

        Dictionary<string, string> names = Scrambling.Scramble(model, seed: 3);

        StatePairing found = Find(model);
        Assert.Null(found.Ambiguity);
        Assert.Equal(expected, found.Links.Select(l => $"{names[l.Input]} -> {names[l.Output]}").Order());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Find_LstmCellsOfOneShape_TellsLayersAndHFromC(int layers)
    {
        var file = new OnnxBuilder(17);
        string x = file.Input("x", "B 4");
        int inputs = 4;
        for (int layer = 0; layer < layers; layer++)
        {
            (x, string c) = WrittenCells.Lstm(file, x, inputs, file.Input($"h{layer}", "B 8"), file.Input($"c{layer}", "B 8"), 8);
            x = file.Output(x, "B 8", $"hn{layer}");
            file.Output(c, "B 8", $"cn{layer}");
            inputs = 8;
        }
        file.Output(WrittenCells.Linear(file, x, 8, 8), "B 8", "y");
        Dictionary<string, string> names = Scrambling.Scramble(file.Model, seed: layers);

        StatePairing found = Find(file.Model);

        Assert.Null(found.Ambiguity);
        Assert.Equal(
            Enumerable.Range(0, layers).SelectMany(static n => new[] { $"c{n} -> cn{n}", $"h{n} -> hn{n}" }).Order(),
            found.Links.Select(l => $"{names[l.Input]} -> {names[l.Output]}").Order());
        Assert.All(found.Links, l => Assert.Equal(names[l.Input][0] == 'c' ? "elementwise path through Mul, Add" : "path through MatMul, Add, Sigmoid, Mul", l.Found));
    }

    [Fact]
    public void Find_GruCell_FollowsThePathBesideTheProducts()
    {
        var file = new OnnxBuilder(17);
        string h = WrittenCells.Gru(file, file.Input("a", "B 8"), 8, file.Input("b", "B 8"), 8);
        file.Output(WrittenCells.Linear(file, h, 8, 8), "B 8", "c");
        file.Output(h, "B 8", "d");

        Assert.Equal(new StateLink("b", "d", "elementwise path through Mul, Add"), Assert.Single(Find(file.Model).Links));
    }

    [Fact]
    public void Find_RnnCellWhoseXLooksLikeH_AsksTheNamesAndSaysSo()
    {
        StateLink link = Assert.Single(Find(RnnOfOneShape("x", "h_in", "y", "h_out")).Links);

        Assert.Equal(new StateLink("h_in", "h_out", "path through MatMul, Add, Tanh (of 2 that fit, by name)"), link);
    }

    [Fact]
    public void Find_RnnCellWhoseXLooksLikeHWithoutNames_InventsNothing()
    {
        StatePairing found = Find(RnnOfOneShape("a", "b", "c", "d"));

        Assert.Empty(found.Links);
        Assert.Equal("""The graph leaves 2 readings of what its states are. Add the line of the right one to model.json. 'a' becomes 'd', and 'b' is data: "state_pairs": [["a", "d"]]; 'b' becomes 'd', and 'a' is data: "state_pairs": [["b", "d"]].""", found.Ambiguity);
    }

    [Fact]
    public void Find_ResidualBesideMoreData_IsRefusedUnlessNamesDecide()
    {
        Assert.Equal(
            """The graph leaves 2 readings of what its states are. Add the line of the right one to model.json. 'b' becomes 'd', and 'a', 'e' are data: "state_pairs": [["b", "d"]]; 'a' becomes 'f', 'b' becomes 'd', and 'e' is data: "state_pairs": [["a", "f"], ["b", "d"]].""",
            Find(ResidualGru("a", "b", "e", "d", "f")).Ambiguity);
        Assert.Equal(["h_in -> h_out"], Describe(Find(ResidualGru("x", "h_in", "u", "h_out", "y"))));
        Assert.Equal(["h_in -> h_out", "pos -> pos_next"], Describe(Find(ResidualGru("pos", "h_in", "u", "h_out", "pos_next"))));
    }

    [Fact]
    public void Find_NamesAgainstAGate_CountNothing()
    {
        var file = new OnnxBuilder(17);
        string h = WrittenCells.Gru(file, file.Input("h_in", "B 8"), 8, file.Input("x", "B 8"), 8);
        file.Output(h, "B 8", "y");
        file.Output(file.Node("Mul", ["h_in", file.Node("Sigmoid", [WrittenCells.Linear(file, "y", 8, 8)])]), "B 8", "h_out");

        Assert.Equal(["x -> y"], Describe(Find(file.Model)));
    }

    [Fact]
    public void Find_NamesAgainstProducts_AreRefused()
    {
        // An RNN that shows h' and y, or one that feeds y back and shows what is hidden: the names say the second.
        var file = new OnnxBuilder(17);
        string h = WrittenCells.Rnn(file, file.Input("x", "B 3"), 3, file.Input("y_prev", "B 8"), 8);
        file.Output(WrittenCells.Linear(file, file.Output(h, "B 8", "shown"), 8, 8), "B 8", "y_next");

        Assert.Equal(
            """The graph leaves 2 readings of what its states are. Add the line of the right one to model.json. 'y_prev' becomes 'shown', and 'x' is data: "state_pairs": [["y_prev", "shown"]]; 'y_prev' becomes 'y_next', and 'x' is data: "state_pairs": [["y_prev", "y_next"]].""",
            Find(file.Model).Ambiguity);
    }

    [Fact]
    public void Find_ProjectedLstmOfOneShape_TellsHFromC()
    {
        var file = new OnnxBuilder(17);
        (string h, string c) = WrittenCells.Lstm(file, file.Input("v1", "B 3"), 3, file.Input("v2", "B 8"), file.Input("v3", "B 8"), 8, projection: 8);
        file.Output(c, "B Addcn_dim_1", "w1");
        file.Output(WrittenCells.Linear(file, file.Output(h, "B 8", "w2"), 8, 3), "B 3", "w3");

        Assert.Equal(["v2 -> w2", "v3 -> w1"], Describe(Find(file.Model)));
    }

    [Fact]
    public void Find_ResidualAroundTheCell_IsNoState()
    {
        var file = new OnnxBuilder(17);
        string x = file.Input("x", "1 1 8");
        string[] lstm = WrittenCells.LstmNode(file, x, 8, file.Input("h0", "1 1 8"), file.Input("c0", "1 1 8"), 8);
        file.Output(file.Node("Add", [x, file.Squeeze(lstm[0], 1)]), "1 1 8", "y");
        file.Output(lstm[2], "1 1 8", "w1");
        file.Output(lstm[1], "1 1 8", "w2");

        Assert.Equal(["c0 -> w1", "h0 -> w2"], Describe(Find(file.Model)));
    }

    [Fact]
    public void Find_MaskOnTheInput_IsNoState()
    {
        var file = new OnnxBuilder(17);
        string x = file.Input("v1", "1 1 6");
        string state = file.Input("v2", "1 1 6");
        string[] gru = file.Nodes("GRU", [true, true], [x, file.Floats(new float[18 * 6], 1, 18, 6), file.Floats(new float[18 * 6], 1, 18, 6), "", "", state], ("hidden_size", 6));
        file.Output(file.Node("Mul", [x, file.Node("Sigmoid", [file.Squeeze(gru[0], 1)])]), "1 1 6", "w1");
        file.Output(gru[1], "1 1 6", "w2");

        Assert.Equal(["v2 -> w2"], Describe(Find(file.Model)));
    }

    [Fact]
    public void Find_RunningMeanBeforeTheCell_IsAState()
    {
        var file = new OnnxBuilder(17);
        string x = file.Input("v1", "1 1 6");
        string mean = file.Node("Add", [file.Node("Mul", [file.Input("v2", "1 6"), file.Floats([0.9f])]), file.Node("Mul", [file.Squeeze(x, 0), file.Floats([0.1f])])]);
        string[] lstm = WrittenCells.LstmNode(file, file.Node("Sub", [x, file.Output(mean, "1 6", "w1")]), 6, file.Input("v3", "1 1 8"), file.Input("v4", "1 1 8"), 8);
        file.Output(file.Squeeze(lstm[0], 1), "1 1 8", "w2");
        file.Output(lstm[2], "1 1 8", "w3");
        file.Output(lstm[1], "1 1 8", "w4");

        Assert.Equal(["v2 -> w1", "v3 -> w4", "v4 -> w3"], Describe(Find(file.Model)));
    }

    [Fact]
    public void Find_OfYAndYhOfOneStep_TakesYh()
    {
        var file = new OnnxBuilder(17);
        string[] lstm = WrittenCells.LstmNode(file, file.Input("x", "1 1 8"), 8, file.Input("a", "1 1 8"), file.Input("b", "1 1 8"), 8);
        file.Output(file.Squeeze(lstm[0], 1), "1 1 8", "w1");
        file.Output(lstm[1], "1 1 8", "w2");
        file.Output(lstm[2], "1 1 8", "w3");

        Assert.Equal(["a -> w2", "b -> w3"], Describe(Find(file.Model)));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Find_OneOutputForSeveralInputs_GivesEachItsPart(bool stacked)
    {
        var file = new OnnxBuilder(17);
        string shape = stacked ? "B 8" : "1 B 8";
        string x = file.Input("x", "1 B 8");
        var next = new List<(string H, string C)>();
        foreach ((string h, string c) in (IEnumerable<(string, string)>)[("v1", "v2"), ("v3", "v4")])
        {
            string[] start = [file.Input(h, shape), file.Input(c, shape)];
            string[] lstm = WrittenCells.LstmNode(file, x, 8, stacked ? file.Unsqueeze(start[0], 0) : start[0], stacked ? file.Unsqueeze(start[1], 0) : start[1], 8);
            x = file.Squeeze(lstm[0], 1);
            next.Add((lstm[1], lstm[2]));
        }
        file.Output(file.Node("Concat", [next[0].C, next[1].C], ("axis", 0)), "2 B 8", "w1");
        file.Output(x, "1 B 8", "w2");
        file.Output(file.Node("Concat", [next[0].H, next[1].H], ("axis", 0)), "2 B 8", "w3");

        StatePairing found = Find(file.Model);

        string[] nodes = [.. file.Graph.Node.Where(static n => n.OpType == "LSTM").Select(static n => n.Name)];
        Assert.Equal(
            [
                new StateLink("v1", "w3", $"initial_h of LSTM '{nodes[0]}' and its Y_h, part 1 of 2"),
                new StateLink("v2", "w1", $"initial_c of LSTM '{nodes[0]}' and its Y_c, part 1 of 2"),
                new StateLink("v3", "w3", $"initial_h of LSTM '{nodes[1]}' and its Y_h, part 2 of 2"),
                new StateLink("v4", "w1", $"initial_c of LSTM '{nodes[1]}' and its Y_c, part 2 of 2"),
            ],
            found.Links.Select(static l => l with { Piece = null }));
        Assert.Equal(
            [new StatePiece(0, 0, 1, stacked), new StatePiece(0, 0, 1, stacked), new StatePiece(0, 1, 1, stacked), new StatePiece(0, 1, 1, stacked)],
            found.Links.Select(static l => l.Piece));
    }

    [Fact]
    public void Find_PartsAndAWhole_UsesEachOutputOneWay()
    {
        // Three states: c of both layers in one tensor, h of each on its own, and next values [2, B, 8] of both kinds.
        var file = new OnnxBuilder(17);
        string x = file.Input("x", "1 B 8");
        string c = file.Input("v1", "2 B 8");
        string[] first = WrittenCells.LstmNode(file, x, 8, file.Input("v2", "1 B 8"), file.Slice(c, [0], [0], [1]), 8);
        string[] second = WrittenCells.LstmNode(file, file.Squeeze(first[0], 1), 8, file.Input("v3", "1 B 8"), file.Slice(c, [0], [1], [2]), 8);
        file.Output(file.Node("Concat", [first[1], second[1]], ("axis", 0)), "2 B 8", "w1");
        file.Output(file.Node("Concat", [first[2], second[2]], ("axis", 0)), "2 B 8", "w2");
        file.Output(file.Squeeze(second[0], 1), "1 B 8", "w3");

        Assert.Equal(["v1 -> w2", "v2 -> w1[0]", "v3 -> w1[1]"], Describe(Find(file.Model)));
    }

    [Fact]
    public void Find_CacheOfAConvolution_FollowsTheMovements()
    {
        var file = new OnnxBuilder(17);
        string x = file.Input("x", "B 4 1");
        string cache = file.Input("cache", "B 4 2");
        string joined = file.Node("Concat", [cache, x], ("axis", 2));
        file.Output(file.Node("Conv", [joined, file.Floats(new float[4 * 4 * 3], 4, 4, 3)]), "B 4 1", "y");
        file.Output(file.Slice(joined, [2], [1], [3]), "B 4 2", "next");

        Assert.Equal(new StateLink("cache", "next", "moved through Concat, Slice"), Assert.Single(Find(file.Model).Links));
    }

    [Fact]
    public void Find_BehindIfAndItsBranches_LooksInside()
    {
        var file = new OnnxBuilder(17);
        string x = file.Input("x", "1 B 3");
        string state = file.Input("s", "2 B 8");
        string rate = file.Input("rate", "", DataType.Int64);
        GraphProto[] branches = [.. Enumerable.Range(0, 2).Select(n =>
        {
            OnnxBuilder branch = file.Subgraph();
            string[] lstm = WrittenCells.LstmNode(branch, x, 3, branch.Slice(state, [0], [0], [1]), branch.Slice(state, [0], [1], [2]), 8);
            branch.Output(branch.Squeeze(lstm[0], 1), "1 B 8");
            branch.Output(branch.Node("Concat", [lstm[1], lstm[2]], ("axis", 0)), "2 B 8");
            return branch.Graph;
        })];
        string[] results = file.Nodes("If", [true, true], [file.Node("Equal", [rate, file.Integer(16000)])], ("then_branch", branches[0]), ("else_branch", branches[1]));
        file.Output(results[0], "1 B 8", "w1");
        file.Output(results[1], "? ? ?", "w2");

        StateLink link = Assert.Single(Find(file.Model).Links);

        Assert.Equal(("s", "w2"), (link.Input, link.Output));
        Assert.StartsWith("initial_", link.Found, StringComparison.Ordinal);
    }

    [Fact]
    public void Find_ValueThatOnlyReachesOutputsThroughProducts_IsNoStateBesideARecurrentNode()
    {
        var file = new OnnxBuilder(17);
        string[] lstm = WrittenCells.LstmNode(file, file.Input("x", "T B 3"), 3, file.Input("h0", "1 B 8"), file.Input("c0", "1 B 8"), 8);
        string fixedFacts = file.Input("facts", "B 5");
        string hn = file.Output(lstm[1], "1 B 8", "hn");
        file.Output(lstm[2], "1 B 8", "cn");
        file.Output(file.Node("Add", [WrittenCells.Linear(file, file.Squeeze(hn, 0), 8, 5), WrittenCells.Linear(file, fixedFacts, 5, 5)]), "B 5", "y");
        file.Output(WrittenCells.Linear(file, lstm[0], 8, 2), "T 1 B 2", "z");

        Assert.Equal(["c0 -> cn", "h0 -> hn"], Describe(Find(file.Model)));
    }

    private static string[] Describe(StatePairing found) =>
        [.. found.Links.Select(static l => $"{l.Input} -> {l.Output}{(l.Piece is null ? "" : $"[{l.Piece.Offset}]")}").Order()];

    private static ModelProto ResidualGru(string x, string h, string more, string next, string y)
    {
        var file = new OnnxBuilder(17);
        file.Input(x, "B 8");
        string joined = file.Node("Concat", [x, file.Input(more, "B 2")], ("axis", -1));
        string value = WrittenCells.Gru(file, joined, 10, file.Input(h, "B 8"), 8);
        value = file.Output(value, "B 8", next);
        file.Output(file.Node("Add", [x, WrittenCells.Linear(file, value, 8, 8)]), "B 8", y);
        return file.Model;
    }

    private static ModelProto RnnOfOneShape(string x, string h, string y, string next)
    {
        var file = new OnnxBuilder(17);
        string value = WrittenCells.Rnn(file, file.Input(x, "B 8"), 8, file.Input(h, "B 8"), 8);
        file.Output(WrittenCells.Linear(file, value, 8, 8), "B 8", y);
        file.Output(value, "B 8", next);
        return file.Model;
    }

    private StatePairing Find(ModelProto model)
    {
        string path = Path.Combine(_folder, "model.onnx");
        using (FileStream stream = File.Create(path))
        {
            Google.Protobuf.MessageExtensions.WriteTo(model, stream);
        }
        return StatePairing.Find(OnnxGraph.Read(OnnxFile.Read(path)));
    }
}
