using Lstm.Tests.Shared.Onnx;

namespace Lstm.OnnxRuntime.Tests.RandomGraphs;

/// <summary>A recurrent layer of a random graph: LSTM, GRU or RNN with any attributes and any of its optional inputs.</summary>
internal sealed class RandomRecurrent(GraphDraw draw, RandomStates states)
{
    private static readonly string[] Kinds = ["LSTM", "GRU", "RNN"];

    // The names, and the defaults of alpha and beta: none where the function takes none, NaN where they have to be given.
    private static readonly (string Name, float[] Alpha, float[] Beta)[] Activations =
    [
        ("Sigmoid", [], []), ("Tanh", [], []), ("Relu", [], []), ("Softsign", [], []), ("Softplus", [], []), ("LeakyRelu", [0.01f], []), ("Elu", [1], []),
        ("ThresholdedRelu", [1], []), ("HardSigmoid", [0.2f], [0.5f]), ("ScaledTanh", [float.NaN], [float.NaN]), ("Affine", [float.NaN], [float.NaN]),
    ];

    private int _stateNumber;

    private OnnxBuilder File => draw.File;

    /// <summary>New values of the states, [1, B, H]; "" for those that are hidden.</summary>
    public List<string> Next { get; } = [];

    /// <summary>The values that layers gave for the last timestep.</summary>
    public List<GraphValue> Last { get; } = [];

    /// <summary>Draws the layers: how many, of what kind, how wide.</summary>
    public static (string Kind, int Hidden)[] Plan(GraphDraw draw)
    {
        int depth = draw.Pick(1, 1, 2, 2, 3, 4);
        int? common = draw.Chance(0.5) ? draw.Size() : null;
        string? kind = draw.Chance(0.5) ? draw.Pick(Kinds) : null;
        return [.. Enumerable.Range(0, depth).Select(_ => (kind ?? draw.Pick(Kinds), common ?? draw.Size()))];
    }

    /// <summary>Adds a layer.</summary>
    /// <param name="x">Its input, with one axis of features.</param>
    /// <param name="kind">LSTM, GRU or RNN.</param>
    /// <param name="hidden">H.</param>
    /// <param name="mayEnd">Whether it may give the last timestep alone.</param>
    /// <returns>Y, or null.</returns>
    public GraphValue? Add(GraphValue x, string kind, int hidden, bool mayEnd)
    {
        int gates = kind switch { "LSTM" => 4, "GRU" => 3, _ => 1 };
        bool isLstm = kind == "LSTM";
        string direction = draw.IsWhole ? draw.Pick("forward", "reverse", "bidirectional") : "forward";
        int directions = direction == "bidirectional" ? 2 : 1;
        double bound = draw.Pick(0.3, 0.6, 1.0) / Math.Sqrt(hidden);
        bool batchFirst = draw.Opset >= 14 && draw.Chance(0.3);
        bool sizeGiven = draw.Chance(0.8);
        (int h, int c) = (_stateNumber, isLstm ? _stateNumber + 1 : -1);
        _stateNumber += isLstm ? 2 : 1;
        string[] inputs =
        [
            In(x, batchFirst),
            draw.Weights(draw.Reals(directions * gates * hidden * x.LastFeature, Math.Max(bound, 0.5 / Math.Sqrt(x.LastFeature))), directions, gates * hidden, x.LastFeature),
            draw.Weights(draw.Reals(directions * gates * hidden * hidden, bound), directions, gates * hidden, hidden),
            draw.Chance(0.7) ? draw.Weights(draw.Reals(directions * 2 * gates * hidden, 0.5), directions, 2 * gates * hidden) : "",
            "",
            Turned(states.Next(), batchFirst),
            isLstm ? Turned(states.Next(), batchFirst) : "",
            isLstm && draw.Chance(0.2) ? draw.Weights(draw.Reals(directions * 3 * hidden, 0.8), directions, 3 * hidden) : "",
        ];
        bool[] outputs = [!mayEnd || draw.Chance(0.7), states.IsHandedOut(h) || draw.Chance(0.4), isLstm && (states.IsHandedOut(c) || draw.Chance(0.3))];
        outputs[0] |= !outputs[1] && !outputs[2];
        (string Name, object? Value)[] attributes = [.. Attributes(isLstm, kind == "GRU", hidden, sizeGiven, direction), ("layout", batchFirst && !draw.ForPeer ? 1 : null)];
        draw.PeerDiffers |= batchFirst || !sizeGiven;
        string[] results = File.Nodes(kind, [.. outputs.Take(isLstm ? 3 : 2)], inputs, attributes);
        draw.Note($"{kind} {hidden}{(batchFirst ? " layout 1" : "")} inputs {string.Concat(inputs.Select(static i => i.Length > 0 ? '1' : '0'))} outputs {string.Concat(outputs.Select(static o => o ? '1' : '0'))}"
            + string.Concat(attributes.Where(static a => a.Value is not null).Select(static a => $" {a.Name}={(a.Value is Array list ? string.Join(',', list.Cast<object>()) : a.Value)}")));
        TakeLast(results[1], h, hidden, directions, batchFirst);
        if (isLstm)
        {
            TakeLast(results[2], c, hidden, directions, batchFirst);
        }
        return results[0].Length == 0 ? null : Every(results[0], hidden, directions, batchFirst);
    }

    private IEnumerable<(string Name, object? Value)> Attributes(bool isLstm, bool isGru, int hidden, bool sizeGiven, string direction)
    {
        yield return ("hidden_size", sizeGiven || draw.ForPeer ? hidden : null);
        yield return ("direction", direction != "forward" || draw.Chance(0.3) ? direction : null);
        float? clip = draw.Chance(0.2) ? draw.Real(0.3, 3) : null;
        yield return ("clip", clip);
        yield return ("input_forget", isLstm && draw.Chance(0.2) ? draw.Number(0, 1) : null);
        yield return ("linear_before_reset", isGru && draw.Chance(0.7) ? draw.Number(0, 1) : null);
        if (draw.Chance(0.6))
        {
            yield break;
        }
        int functions = isLstm ? 3 : isGru ? 2 : 1;
        int count = functions * (direction == "bidirectional" ? 2 : 1);
        (string Name, float[] Alpha, float[] Beta)[] chosen = [.. Enumerable.Range(0, count).Select(_ => draw.Pick(Activations))];
        if (clip is null || isLstm)
        {
            // Without a bound it grows to where ONNX Runtime's Softplus overflows: from 88 on it is infinite there.
            chosen = Array.ConvertAll(chosen, static a => a.Name == "Softplus" ? Activations[0] : a);
        }
        float[] alphas = [.. chosen.SelectMany(static a => a.Alpha)];
        float[] betas = [.. chosen.SelectMany(static a => a.Beta)];
        bool given = draw.Chance(0.5) || alphas.Concat(betas).Any(float.IsNaN);
        if (given)
        {
            (alphas, betas) = ([.. alphas.Select(_ => draw.Real(0.1, 0.9))], [.. betas.Select(_ => draw.Real(0.1, 0.9))]);
        }
        string[] names = [.. chosen.Select(a => draw.OddCase(a.Name))];
        // ONNX Runtime reads names in any case except in RNN, and has another default for ThresholdedRelu than the specification.
        bool isOdd = (!isLstm && !isGru) || (!given && chosen.Any(static a => a.Name == "ThresholdedRelu"));
        draw.PeerDiffers |= isOdd;
        bool isWrittenOut = given || (isOdd && draw.ForPeer);
        yield return ("activations", isOdd && draw.ForPeer ? [.. chosen.Select(static a => a.Name)] : names);
        yield return ("activation_alpha", alphas.Length > 0 && isWrittenOut ? alphas : null);
        yield return ("activation_beta", betas.Length > 0 && isWrittenOut ? betas : null);
    }

    private string In(GraphValue x, bool batchFirst) => (x.Layout == GraphLayout.BatchFirst) == (batchFirst && !draw.ForPeer) ? x.Name : File.Transpose(x.Name, 1, 0, 2);

    // [1, B, H] as the node takes it.
    private string Turned(string state, bool batchFirst) => state.Length > 0 && batchFirst && !draw.ForPeer ? File.Transpose(state, 1, 0, 2) : state;

    private void TakeLast(string y, int state, int hidden, int directions, bool batchFirst)
    {
        if (y.Length == 0)
        {
            Next.Add("");
            return;
        }
        string first = Turned(y, batchFirst);
        Next.Add(states.IsHandedOut(state) ? first : "");
        if (draw.Chance(0.6) || Last.Count == 0 || !states.IsHandedOut(state))
        {
            Last.Add(new GraphValue(
                (directions > 1 ? 2 : draw.Number(0, 4)) switch
                {
                    0 => File.Node("Gather", [first, File.Integer(0)], ("axis", 0)),
                    1 => File.Reshaped(first, -1, hidden),
                    2 => File.Reshaped(File.Transpose(first, 1, 0, 2), 0, -1),
                    3 => File.Squeeze(File.Slice(first, [0], [-1], [int.MaxValue]), 0),
                    _ => File.Squeeze(first, 0),
                },
                GraphLayout.Last,
                directions * hidden));
        }
    }

    // [T, D, B, H], or [B, T, D, H] from layout 1, with the directions side by side.
    private GraphValue Every(string y, int hidden, int directions, bool batchFirst)
    {
        if (batchFirst && draw.ForPeer)
        {
            y = File.Transpose(y, 2, 0, 1, 3);
        }
        if (batchFirst)
        {
            return new GraphValue(directions == 1 && draw.Chance(0.5) ? File.Squeeze(y, 2) : File.Reshaped(y, 0, 0, -1), GraphLayout.BatchFirst, directions * hidden);
        }
        return draw.Number(0, directions > 1 ? 1 : 6) switch
        {
            0 => new GraphValue(File.Reshaped(File.Transpose(y, 0, 2, 1, 3), 0, 0, -1), GraphLayout.TimeFirst, directions * hidden),
            1 => new GraphValue(File.Reshaped(File.Transpose(y, 2, 0, 1, 3), 0, 0, directions * hidden), GraphLayout.BatchFirst, directions * hidden),
            2 => new GraphValue(File.Transpose(File.Squeeze(y, 1), 1, 0, 2), GraphLayout.BatchFirst, hidden),
            3 => new GraphValue(File.Reshaped(y, 0, -1, hidden), GraphLayout.TimeFirst, hidden),
            4 => new GraphValue(File.Node("Gather", [y, File.Integer(0)], ("axis", 1)), GraphLayout.TimeFirst, hidden),
            _ => new GraphValue(File.Squeeze(y, 1), GraphLayout.TimeFirst, hidden),
        };
    }
}
