using Lstm.Engine.Onnx;
using Lstm.Engine.Onnx.Schema;

namespace Lstm.Engine;

/// <summary>What a file says of itself before anything is asked of its nodes: known for many a file that does not load, too.</summary>
public sealed record FileSummary
{
    /// <summary>The file's full path.</summary>
    public required string Path { get; init; }

    /// <summary>Its size in bytes, with the files beside it that hold its external data, as far as these can be read.</summary>
    public required long Bytes { get; init; }

    /// <summary>SHA-256 of the file followed by those with its external data, lower-case hexadecimal.</summary>
    public required string Fingerprint { get; init; }

    /// <summary>Who wrote it, e.g. "pytorch 2.6.0"; empty when it does not say.</summary>
    public required string Producer { get; init; }

    /// <summary>Version of the file format.</summary>
    public required long IrVersion { get; init; }

    /// <summary>Version of the ONNX operator set; null when it imports none.</summary>
    public required long? Opset { get; init; }

    /// <summary>The operators that it uses, the most used first, then by name.</summary>
    public required IReadOnlyList<OperatorUse> Operators { get; init; }

    /// <summary>Reads the summary of a file.</summary>
    /// <param name="path">The .onnx file.</param>
    /// <param name="budget">What reading it may take; null for the default limits.</param>
    /// <returns>The summary.</returns>
    /// <exception cref="ModelLoadException">The file cannot be read, is too large or is not ONNX.</exception>
    public static FileSummary Read(string path, LoadBudget? budget = null)
    {
        OnnxFile file;
        try
        {
            file = OnnxFile.ReadUnchecked(path, budget);
        }
        catch (LoadLimitException error)
        {
            throw error.Of(System.IO.Path.GetFullPath(path));
        }
        return new FileSummary
        {
            Path = file.Path,
            Bytes = file.Bytes,
            Fingerprint = file.Fingerprint,
            Producer = file.Producer,
            IrVersion = file.Model.IrVersion,
            Opset = file.ImportedOpset,
            Operators = [.. Nodes(file.Model.Graph)
                .GroupBy(static n => (n.Domain is "ai.onnx" ? "" : n.Domain, n.OpType))
                .Select(static g => new OperatorUse(
                    g.Key.Item1.Length == 0 ? g.Key.OpType : $"{g.Key.Item1}:{g.Key.OpType}",
                    OperatorRegistry.Find(g.Key.Item1, g.Key.OpType) is not null,
                    [.. g.Select(OnnxGraph.NameOf)]))
                .OrderByDescending(static o => o.Nodes.Count).ThenBy(static o => o.Name, StringComparer.Ordinal)],
        };
    }

    // With those of graphs within nodes; how deep these go, the parser bounds.
    private static IEnumerable<NodeProto> Nodes(GraphProto graph) =>
        graph.Node.SelectMany(static node => node.Attribute.Where(static a => a.G is not null).SelectMany(static a => Nodes(a.G)).Prepend(node));
}
