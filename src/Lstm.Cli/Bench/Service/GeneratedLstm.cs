using System.Globalization;
using Lstm.Cli.Bench.Cell;

namespace Lstm.Cli.Bench.Service;

/// <summary>Names of networks of one LSTM layer with random weights and its state in the graph: x, h0, c0 → y, hn, cn.</summary>
internal static class GeneratedLstm
{
    /// <summary>What its name begins with; the hidden size follows: lstm-128.</summary>
    public const string Prefix = "lstm-";

    private const int LargestSize = 8192;

    /// <summary>Reads a name of the form lstm-H.</summary>
    /// <param name="name">The name.</param>
    /// <param name="size">H, which is also I.</param>
    /// <returns>False: it is no such name.</returns>
    public static bool TryParse(string name, out int size)
    {
        size = 0;
        return name.StartsWith(Prefix, StringComparison.Ordinal)
            && int.TryParse(name.AsSpan(Prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out size) && size is > 0 and <= LargestSize;
    }

    /// <summary>Writes the file.</summary>
    /// <param name="path">Where.</param>
    /// <param name="size">I and H.</param>
    public static void Write(string path, int size) => File.WriteAllBytes(path, CellModel.Create(new CellShape("lstm", size, size)));
}
