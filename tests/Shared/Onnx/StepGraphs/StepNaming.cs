using Google.Protobuf.Collections;
using Lstm.Engine.Onnx.Schema;

namespace Lstm.Tests.Shared.Onnx.StepGraphs;

/// <summary>Gives the inputs and outputs of a step graph the names that an exporter's user might have given them, mixed up or none.</summary>
internal static class StepNaming
{
    private static readonly (string In, string Out)[] Styles =
    [
        ("{0}", "{0}_next"), ("{0}_in", "{0}_out"), ("{0}0", "{0}n"), ("{0}_prev", "{0}_next"), ("state_{0}", "new_state_{0}"), ("past_{0}", "present_{0}"),
        ("cache_{0}", "new_cache_{0}"), ("{0}_t_minus", "{0}_t_minus_new"), ("{0}", "{0}_out"), ("input_{0}", "output_{0}"), ("{0}x", "{0}y"),
    ];

    /// <summary>Renames them.</summary>
    /// <returns>The new name of each old one.</returns>
    public static Dictionary<string, string> Rename(ModelProto model, StepNames kind, Random random)
    {
        GraphProto graph = model.Graph;
        string[] inputs = [.. graph.Input.Select(static i => i.Name)];
        string[] outputs = [.. graph.Output.Select(static o => o.Name)];
        (string before, string after) = Styles[random.Next(Styles.Length)];
        string[] newInputs = [.. inputs.Select(i => outputs.Contains($"{i}_next") ? string.Format(null, before, i) : i)];
        string[] newOutputs = [.. outputs.Select(o => o.EndsWith("_next", StringComparison.Ordinal) ? string.Format(null, after, o[..^5]) : o)];
        if (kind == StepNames.Misleading)
        {
            // Of one element type each, so that the names could mean it; h_next for y is among what comes out.
            random.Shuffle(newInputs);
            random.Shuffle(newOutputs);
        }
        else if (kind == StepNames.Absent)
        {
            newInputs = [.. inputs.Select(_ => Token(random))];
            newOutputs = [.. outputs.Select(_ => Token(random))];
        }
        var names = new Dictionary<string, string>();
        foreach ((string old, string name) in inputs.Zip(newInputs).Concat(outputs.Zip(newOutputs)))
        {
            names[old] = name;
        }
        Apply(graph, names);
        return names;
    }

    private static string Token(Random random) => string.Concat(Enumerable.Range(0, 9).Select(n => n == 0 ? 'v' : (char)('0' + random.Next(10))));

    private static void Apply(GraphProto graph, Dictionary<string, string> names)
    {
        string New(string name) => names.GetValueOrDefault(name, name);
        foreach (ValueInfoProto value in graph.Input.Concat(graph.Output))
        {
            value.Name = New(value.Name);
        }
        foreach (NodeProto node in graph.Node)
        {
            Apply(node.Input, New);
            Apply(node.Output, New);
        }
    }

    private static void Apply(RepeatedField<string> values, Func<string, string> rename)
    {
        for (int n = 0; n < values.Count; n++)
        {
            values[n] = rename(values[n]);
        }
    }
}
