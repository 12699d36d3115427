using System.Globalization;
using Lstm.Engine.Onnx;
using Lstm.Engine.Onnx.Pairing;
using Lstm.Tests.Shared.Onnx.StepGraphs;
using Xunit.Abstractions;

namespace Lstm.Engine.Tests.Onnx.Pairing;

/// <summary>
/// Thousands of step graphs, cells in plain operators under all kinds of heads and names: their states are found as their author
/// means them or the graph is refused, and then the line that is meant is among those suggested. Never wrong.
/// </summary>
public sealed class StepGraphPairingTests(ITestOutputHelper output) : IDisposable
{
    private const int Graphs = 4000;

    private readonly string _path = Path.GetTempFileName();

    public void Dispose() => File.Delete(_path);

    [Fact]
    public void Find_InStepGraphs_IsRightOrRefuses()
    {
        int seed = Setting("LSTM_STEP_GRAPHS_SEED") ?? Environment.TickCount & 0xfffffff;
        int count = Setting("LSTM_STEP_GRAPHS") ?? Graphs;
        var random = new Random(seed);
        var tally = new SortedDictionary<string, (int Right, int Refused)>();
        (int right, int refused, int skipped) = (0, 0, 0);
        var wrong = new List<string>();
        for (int n = 0; n < count; n++)
        {
            var choice = StepChoice.Draw(random);
            var graph = new StepGraph(choice);
            if (graph.IsItsOwnTwin)
            {
                skipped++;
                continue;
            }
            string kind = $"{choice.Names}, {choice.Head}, {choice.Cell}";
            (int r, int f) = tally.GetValueOrDefault(kind);
            if (Judge(graph, out string found))
            {
                right++;
                tally[kind] = (r + 1, f);
            }
            else if (found.Length == 0)
            {
                refused++;
                tally[kind] = (r, f + 1);
                if (graph.HasOneReading && !NamesDelayLine(graph))
                {
                    wrong.Add($"{choice} has one reading but was refused: {StatePairing.Find(Read(graph)).Ambiguity}");
                }
            }
            else
            {
                wrong.Add($"{choice}: expected {Describe(graph.Pairs)} but found {found}");
            }
        }
        output.WriteLine($"seed {seed}: {count} cases, {right} right, {refused} refused as ambiguous, {skipped} twins left out, {wrong.Count} wrong");
        foreach (IGrouping<string, KeyValuePair<string, (int Right, int Refused)>> names in tally.GroupBy(static t => string.Join(',', t.Key.Split(',')[..2])))
        {
            output.WriteLine($"{names.Key}: {names.Sum(static t => t.Value.Right)} right, {names.Sum(static t => t.Value.Refused)} refused");
        }
        Assert.True(wrong.Count == 0, $"seed {seed}, {wrong.Count} wrong:\n{string.Join('\n', wrong.Take(40))}");
    }

    // True when right; otherwise what was found, "" for a refusal whose lines hold the right one.
    private bool Judge(StepGraph graph, out string found)
    {
        StatePairing pairing = StatePairing.Find(Read(graph));
        string expected = Describe(graph.Pairs);
        if (pairing.Ambiguity is null)
        {
            found = Describe(pairing.Links.Select(static l => (l.Input, l.Output)));
            return found == expected;
        }
        string[] lines = [.. SuggestedLines.In(pairing.Ambiguity).Select(Describe)];
        found = lines.Count(l => l == expected) == 1 ? "" : $"the lines {string.Join(" or ", lines)}";
        foreach (IReadOnlyList<(string, string)> line in SuggestedLines.In(pairing.Ambiguity))
        {
            StatePairing.Find(Read(graph), line);
        }
        return false;
    }

    // Misleading names may call an input and an output a state of which the graph does not compute the one from the other: as a delay line does.
    private bool NamesDelayLine(StepGraph graph)
    {
        OnnxGraph read = Read(graph);
        var facts = new FlowFacts(read);
        return SuggestedLines.In(StatePairing.Find(read).Ambiguity ?? "").SelectMany(static l => l).Any(p => !facts.Reaches(
            read.Inputs.Index().First(i => i.Item.Name == p.Input).Index,
            facts.Flow.Outputs[read.Outputs.Index().First(o => o.Item.Name == p.Output).Index]));
    }

    private OnnxGraph Read(StepGraph graph) => OnnxGraph.Read(OnnxFile.Read(graph.File.Write(_path)));

    private static string Describe(IEnumerable<(string Input, string Output)> pairs) => string.Join(", ", pairs.Select(static p => $"{p.Input} -> {p.Output}").Order(StringComparer.Ordinal));

    private static int? Setting(string name) => int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out int value) ? value : null;
}
