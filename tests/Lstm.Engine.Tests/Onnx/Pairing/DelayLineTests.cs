using Lstm.Engine.Onnx;
using Lstm.Tests.Shared;
using Lstm.Tests.Shared.Onnx;
using Lstm.Tests.Shared.Onnx.StepGraphs;

namespace Lstm.Engine.Tests.Onnx.Pairing;

/// <summary>A state whose next value is not computed from it looks like data: names that form a pair make the graph ambiguous.</summary>
public sealed class DelayLineTests : IDisposable
{
    private readonly string _path = Path.GetTempFileName();

    public void Dispose() => File.Delete(_path);

    [Fact]
    public void Find_TailOfAnOverlapAdd_IsRefusedWithBothReadings()
    {
        OnnxBuilder file = OverlapAdd("buf", "buf_next");

        StatePairing found = Find(file);

        Assert.Empty(found.Links);
        Assert.Equal(
            """The graph leaves 2 readings of what its states are. Add the line of the right one to model.json. 'h' becomes 'hn', 'c' becomes 'cn', and 'frame', 'buf' are data: "state_pairs": [["h", "hn"], ["c", "cn"]]; 'buf' becomes 'buf_next', 'h' becomes 'hn', 'c' becomes 'cn', and 'frame' is data: "state_pairs": [["buf", "buf_next"], ["h", "hn"], ["c", "cn"]].""",
            found.Ambiguity);
        Assert.All(SuggestedLines.In(found.Ambiguity!), line => Assert.Equal(line, Find(file, line).Links.Select(static l => (l.Input, l.Output))));
    }

    [Theory]
    [InlineData("tail_in", "tail_out", true)]
    [InlineData("target", "rest", false)]
    [InlineData("prev_target", "sigma", false)]
    [InlineData("tail_in", "next_tail", true)]
    [InlineData("prev", "prev_next", true)]
    [InlineData("ola_state", "ola_state_out", true)]
    public void Find_TailOfAnOverlapAdd_IsRefusedWhereNamesFormAPair(string input, string output, bool isRefused) =>
        Assert.Equal(isRefused, Find(OverlapAdd(input, output)).Ambiguity is not null);

    [Theory]
    [InlineData("prev", "prev_next")]
    [InlineData("x_last", "x_last_next")]
    [InlineData("last_x", "new_last_x")]
    public void Find_LastFrame_IsRefusedWithBothReadings(string input, string output)
    {
        var file = new OnnxBuilder(17);
        string x = file.Input("x", "B 4");
        string last = file.Input(input, "B 4");
        string h = WrittenCells.Gru(file, file.Node("Sub", [x, last]), 4, file.Input("h", "B 8"), 8);
        file.Output(WrittenCells.Linear(file, h, 8, 4), "B 4", "y");
        file.Output(file.Node("Mul", [x, file.Floats([1])]), "B 4", output);
        file.Output(h, "B 8", "h_next");

        (string, string)[][] lines = [.. SuggestedLines.In(Find(file).Ambiguity!).Select(static l => l.ToArray())];

        Assert.Equal([[("h", "h_next")], [(input, output), ("h", "h_next")]], lines);
    }

    [Fact]
    public void Find_NextValueOfAnInputThatNothingReads_IsNoState()
    {
        var file = new OnnxBuilder(17);
        file.Input("buf", "B 8");
        string h = WrittenCells.Gru(file, file.Input("x", "B 4"), 4, file.Input("h", "B 8"), 8);
        file.Output(WrittenCells.Linear(file, h, 8, 8), "B 8", "buf_next");
        file.Output(h, "B 8", "h_next");

        Assert.Equal(["h"], Find(file).Links.Select(static l => l.Input));
    }

    [Theory]
    [InlineData("n", "n_next", true)]
    [InlineData("n", "n_out", false)] // a value of the data put another way
    [InlineData("n", "sum", false)]
    public void Find_FloatThatCountsByItself_IsRefusedWhereNamesSpeakOfTime(string input, string output, bool isRefused)
    {
        var file = new OnnxBuilder(17);
        string n = file.Input(input, "B 1");
        string h = WrittenCells.Gru(file, file.Input("x", "B 4"), 4, file.Input("h", "B 8"), 8);
        file.Output(file.Node("Mul", [WrittenCells.Linear(file, h, 8, 4), n]), "B 4", "y");
        file.Output(file.Node("Add", [n, file.Floats([1])]), "B 1", output);
        file.Output(h, "B 8", "h_next");

        Assert.Equal(isRefused ? [[("h", "h_next")], [(input, output), ("h", "h_next")]] : [], SuggestedLines.In(Find(file).Ambiguity ?? "").Select(l => l.OrderBy(p => p.Input == input ? 0 : 1).ToArray()));
    }

    [Fact]
    public void Find_InExports_SeesNoDelayLine()
    {
        string[] files = Directory.GetFiles(Repository.Path("tests", "data", "exports"), "*.onnx", SearchOption.AllDirectories);
        Assert.NotEmpty(files);
        Assert.All(files, static path => Assert.Null(StatePairing.Find(OnnxGraph.Read(OnnxFile.Read(path))).Ambiguity));
    }

    private static OnnxBuilder OverlapAdd(string input, string output)
    {
        var file = new OnnxBuilder(17);
        string frame = file.Input("frame", "B 16");
        string buffer = file.Input(input, "B 16");
        (string h, string c) = WrittenCells.Lstm(file, frame, 16, file.Input("h", "B 8"), file.Input("c", "B 8"), 8);
        string[] halves = file.Split(WrittenCells.Linear(file, h, 8, 32), 1, 16, 16);
        file.Output(file.Node("Add", [buffer, halves[0]]), "B 16", "out");
        file.Output(halves[1], "B 16", output);
        file.Output(h, "B 8", "hn");
        file.Output(c, "B 8", "cn");
        return file;
    }

    private StatePairing Find(OnnxBuilder file, IReadOnlyList<(string, string)>? pairs = null) => StatePairing.Find(OnnxGraph.Read(OnnxFile.Read(file.Write(_path))), pairs);
}
