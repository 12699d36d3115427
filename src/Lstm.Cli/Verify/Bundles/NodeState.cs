using System.Globalization;
using System.Text.RegularExpressions;
using Lstm.Engine;

namespace Lstm.Cli.Verify.Bundles;

/// <summary>The references of recurrent nodes' states after the last step: "final_h/…", [directions, B, H].</summary>
internal static partial class NodeState
{
    /// <summary>Compares one state of the engine with its node's reference, where there is one.</summary>
    public static void Compare(
        Comparison comparison, ModelInfo info, Bundle bundle, NamedSlice slice, int batch, int row, ReadOnlySpan<float> state, Tolerance tolerance, int step)
    {
        var name = Name().Match(slice.Name);
        LayerInfo[] nodes = [.. info.Layers.GroupBy(static l => l.Name).Select(static g => g.First())];
        if (!name.Success || int.Parse(name.Groups["layer"].ValueSpan, CultureInfo.InvariantCulture) is var layer && layer >= nodes.Length)
            return;
        var prefix = $"final_{name.Groups["letter"].Value}/";
        BundleTensor[] states = [.. bundle.Tensors.Where(t => t.Role == "node-state" && t.Name.StartsWith(prefix, StringComparison.Ordinal))];
        var reference = states.FirstOrDefault(t => t.Node.Length > 0 && t.Node == nodes[layer].Name) ?? (states.Length == nodes.Length ? states[layer] : null);
        var directions = reference is null ? 0 : reference.Values.Length / (batch * slice.Length);
        if (reference is null || directions * batch * slice.Length != reference.Values.Length)
            return;
        var direction = name.Groups["reverse"].Success ? directions - 1 : 0;
        comparison.Add(
            reference.Name, state.Slice(slice.Offset, slice.Length), reference.Values.AsSpan((direction * batch + row) * slice.Length, slice.Length), tolerance, step);
    }

    [GeneratedRegex(@"^layer(?<layer>\d+)(?<reverse>_reverse)?\.(?<letter>[hc])$")]
    private static partial Regex Name();
}
