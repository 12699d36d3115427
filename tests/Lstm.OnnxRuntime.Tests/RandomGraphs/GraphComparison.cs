using System.Runtime.InteropServices;
using Google.Protobuf;
using Lstm.Engine;
using Lstm.Engine.Onnx.Schema;

namespace Lstm.OnnxRuntime.Tests.RandomGraphs;

/// <summary>Compares one random graph in the native engine with ONNX Runtime.</summary>
/// <param name="folder">Where the files go.</param>
internal sealed class GraphComparison(string folder)
{
    /// <summary>
    /// |a − b| ≤ this · (1 + the output's largest value). Both sides are float32 and sum in different orders; a dozen operators and a few timesteps add a
    /// few dozen roundings of 2⁻²⁴ each, and an error in any equation is a thousand times larger.
    /// </summary>
    public const double Tolerance = 2e-5;

    // Unbounded activations can make a state grow without end; from here on its square is no float32 any more, and the sides differ in what they make of that.
    private const float MostState = 1e18f;

    // How much an ill-conditioned graph may magnify roundings: as much as it magnifies changes of its weights by one part in 2^21.
    private const float Nudge = 1f / (1 << 21);
    private const int Nudges = 4;

    private readonly string _nativePath = Path.Combine(folder, "native.onnx");
    private readonly string _peerPath = Path.Combine(folder, "peer.onnx");

    /// <summary>Runs a graph on both sides.</summary>
    /// <param name="seed">Its seed.</param>
    /// <returns>How far they are apart.</returns>
    public GraphOutcome Compare(int seed)
    {
        RandomGraph graph = RandomGraph.Draw(seed);
        try
        {
            graph.Write(_nativePath);
            (graph.PeerDiffers ? RandomGraph.Draw(seed, forPeer: true) : graph).Write(_peerPath);
            var run = new GraphRun(graph);
            using OrtModel peer = OrtModel.LoadAsWritten(_peerPath);
            float[][][] expected = run.RunPeer(peer);
            Model model = Model.Load(_nativePath);
            float[][][] actual = graph.IsWhole ? run.Predict(model) : run.Step(model);
            GraphOutcome outcome = Distance(graph, actual, expected);
            string? predicted = graph.IsWhole ? null : FindPredictFault(run.Predict(model), actual, graph);
            bool overflows = run.LargestState > MostState || expected.Any(static s => s.Any(static y => y.Any(float.IsInfinity)));
            return predicted is not null ? outcome with { Fault = $"{graph}: {predicted}" }
                : outcome.Difference <= Tolerance ? outcome
                : overflows ? outcome with { IllConditioned = true }
                : DoubleCheck(graph, run, expected, outcome);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            return new GraphOutcome(double.PositiveInfinity, $"{graph}: {e.GetType().Name}: {e.Message}");
        }
    }

    // Whether ONNX Runtime itself moves as far when weights and inputs move by a rounding or two.
    private GraphOutcome DoubleCheck(RandomGraph graph, GraphRun run, float[][][] expected, GraphOutcome outcome)
    {
        var random = new Random(graph.Seed);
        double farthest = 0;
        for (int n = 0; n < Nudges; n++)
        {
            ModelProto file = ModelProto.Parser.ParseFrom(File.ReadAllBytes(_peerPath));
            foreach (TensorProto tensor in file.Graph.Initializer.Where(static t => t is { DataType: (int)TensorProto.Types.DataType.Float, HasRawData: true }))
            {
                float[] values = MemoryMarshal.Cast<byte, float>(tensor.RawData.Span).ToArray();
                // Whole numbers are exponents as often as not, and no negative number has a root of order 2.000001.
                float[] moved = Array.ConvertAll(values, v => float.IsInteger(v) ? v : v * (1 + (random.Next(-1, 2) * Nudge)));
                tensor.RawData = ByteString.CopyFrom(MemoryMarshal.AsBytes(moved.AsSpan()));
            }
            string path = Path.Combine(folder, "nudged.onnx");
            File.WriteAllBytes(path, file.ToByteArray());
            using OrtModel nudged = OrtModel.LoadAsWritten(path);
            double distance = Distance(graph, run.RunPeer(nudged, 1 + (random.Next(-1, 2) * Nudge)), expected).Difference;
            farthest = double.IsFinite(distance) ? Math.Max(farthest, distance) : farthest;
        }
        return outcome.Difference <= 4 * farthest
            ? outcome with { IllConditioned = true }
            : outcome with { Fault = $"{graph}: {outcome.Where}; the nudged peer moved by {farthest:G3}" };
    }

    private static GraphOutcome Distance(RandomGraph graph, float[][][] actual, float[][][] expected)
    {
        var outcome = new GraphOutcome(0, null);
        int first = 0;
        foreach (GraphValue output in graph.Outputs)
        {
            int from = first;
            double scale = 1 + expected.SelectMany(static s => s).SelectMany(y => y[from..(from + output.Size)]).Where(float.IsFinite).Select(Math.Abs).DefaultIfEmpty().Max();
            for (int b = 0; b < expected.Length; b++)
            {
                for (int t = 0; t < expected[b].Length; t++)
                {
                    for (int n = first; n < first + output.Size; n++)
                    {
                        (float a, float e) = (actual[b][t][n], expected[b][t][n]);
                        // Where the last timestep of a fixed length was not this one, the peer was not asked.
                        double difference = a.Equals(e) || float.IsNaN(e) ? 0 : float.IsNaN(a) ? double.PositiveInfinity : Math.Abs((double)a - e) / scale;
                        if (difference > outcome.Difference)
                        {
                            outcome = new GraphOutcome(difference, null) { Where = $"{output.Name}[{n - first}] of session {b}, step {t + 1} is {a:G9}, expected {e:G9} (scale {scale:G3})" };
                        }
                    }
                }
            }
            first += output.Size;
        }
        return outcome;
    }

    private static string? FindPredictFault(float[][][] predicted, float[][][] stepped, RandomGraph graph)
    {
        for (int b = 0; b < predicted.Length; b++)
        {
            for (int t = 0; t < predicted[b].Length; t++)
            {
                int first = 0;
                foreach (GraphValue output in graph.Outputs)
                {
                    bool counts = output.Layout != GraphLayout.Last || t == predicted[b].Length - 1;
                    if (counts && !predicted[b][t].AsSpan(first, output.Size).SequenceEqual(stepped[b][t].AsSpan(first, output.Size)))
                    {
                        return $"{output.Name} of session {b}, step {t + 1} is predicted otherwise than stepped.";
                    }
                    first += output.Size;
                }
            }
        }
        return null;
    }
}

/// <summary>How far a random graph is apart on both sides.</summary>
/// <param name="Difference">The largest difference, relative to 1 + the output's largest value.</param>
/// <param name="Fault">What is wrong, or null.</param>
internal sealed record GraphOutcome(double Difference, string? Fault)
{
    /// <summary>Where the largest difference is.</summary>
    public string Where { get; init; } = "";

    /// <summary>Whether the difference is above the tolerance, but the graph magnifies any rounding that much, or overflows on the other side.</summary>
    public bool IllConditioned { get; init; }
}
