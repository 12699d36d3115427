using Lstm.Engine.Onnx.Schema;

namespace Lstm.Engine.Onnx.Pairing;

/// <summary>State pairs that someone named, checked against the graph.</summary>
internal static class NamedPairs
{
    private const string Where = "state_pairs in model.json";

    /// <summary>Checks the pairs.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="pairs">Names of inputs and outputs.</param>
    /// <returns>The states.</returns>
    /// <exception cref="ModelLoadException">All faults at once.</exception>
    public static IReadOnlyList<StateLink> Check(OnnxGraph graph, IReadOnlyList<(string Input, string Output)> pairs)
    {
        var faults = new List<ModelFault>();
        HashSet<string> known = [.. graph.Inputs.Select(DeclaredShape.Of).SelectMany(static s => Enumerable.Range(0, s.Rank ?? 0).Select(s.NameOf)).Where(static n => n.Length > 0)];
        foreach ((string input, string output) in pairs)
        {
            DeclaredShape? from = Find(graph.Outputs, output, "output", faults);
            DeclaredShape? to = Find(graph.Inputs, input, "input", faults);
            if (from is null || to is null)
            {
                continue;
            }
            if (!from.Feeds(to, known))
            {
                faults.Add(Fault($"the output '{output}' is {from} and cannot be the next value of the input '{input}', which is {to}; expected the same type and shape."));
            }
        }
        AddTwice(pairs.Select(static p => p.Input), "input", faults);
        AddTwice(pairs.Select(static p => p.Output), "output", faults);
        if (faults.Count == 0 && pairs.Count == graph.Inputs.Count)
        {
            faults.Add(Fault("all inputs of the graph are named as states; expected at least one other."));
        }
        return faults.Count == 0
            ? [.. pairs.Select(static p => new StateLink(p.Input, p.Output, "named in model.json"))]
            : throw new ModelLoadException(graph.File.Path, faults);
    }

    private static DeclaredShape? Find(IReadOnlyList<ValueInfoProto> values, string name, string role, List<ModelFault> faults)
    {
        if (values.FirstOrDefault(v => v.Name == name) is { } found)
        {
            return DeclaredShape.Of(found);
        }
        faults.Add(Fault($"the graph has no {role} '{name}'; its {role}s are {string.Join(", ", values.Select(static v => $"'{v.Name}'"))}."));
        return null;
    }

    private static void AddTwice(IEnumerable<string> names, string role, List<ModelFault> faults)
    {
        foreach (string name in names.GroupBy(static n => n).Where(static g => g.Count() > 1).Select(static g => g.Key))
        {
            faults.Add(Fault($"the {role} '{name}' is named in several pairs; expected it in one."));
        }
    }

    private static ModelFault Fault(string reason) => new("", "", $"In {Where}: {reason}");
}
