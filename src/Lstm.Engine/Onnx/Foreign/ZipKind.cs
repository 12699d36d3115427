using System.IO.Compression;

namespace Lstm.Engine.Onnx.Foreign;

/// <summary>Kinds of files that are zip archives, by the names of their entries.</summary>
internal static class ZipKind
{
    // PyTorch has an entry a tensor; the names that matter come early.
    private const int MaxEntries = 100_000;

    private static readonly FileKind Unknown = new("a zip archive", "Unpack it first; if a framework saved it, export the network from there to ONNX.") { IsModel = false };

    /// <summary>Recognises an archive.</summary>
    public static FileKind Find(Stream file)
    {
        string[] names;
        try
        {
            file.Position = 0;
            using var zip = new ZipArchive(file, ZipArchiveMode.Read, leaveOpen: true);
            names = [.. zip.Entries.Take(MaxEntries).Select(static e => e.FullName.Replace('\\', '/'))];
        }
        catch (Exception e) when (e is InvalidDataException or IOException or NotSupportedException)
        {
            return Unknown with { Name = "a zip archive, and damaged", Advice = "Download or save it again; if a framework saved it, export the network from there to ONNX." };
        }
        bool Has(Predicate<string> name) => Array.Exists(names, name);

        if (Has(static n => n.EndsWith("data.pkl", StringComparison.Ordinal) && Name(n) == "data.pkl"))
        {
            return Has(static n => n.Contains("/code/", StringComparison.Ordinal) || n.StartsWith("code/", StringComparison.Ordinal))
                ? new("a TorchScript model", Advices.TorchScript)
                : new("a PyTorch checkpoint", Advices.TorchCheckpoint);
        }
        if (Has(static n => Name(n) is "serialized_exported_program.json" or "archive_format" || (n.EndsWith(".json", StringComparison.Ordinal) && n.Contains("/models/", StringComparison.Ordinal))))
        {
            return new("a PyTorch exported program (.pt2)", Advices.TorchProgram);
        }
        if (Has(static n => n == "config.json") && Has(static n => n is "metadata.json" or "model.weights.h5"))
        {
            return new("a Keras model", Advices.KerasZip);
        }
        if (Array.Find(names, static n => n.EndsWith(".onnx", StringComparison.OrdinalIgnoreCase)) is { } onnx)
        {
            return new($"a zip archive with '{onnx}' in it", "Unpack it first: unzip FILE");
        }
        if (Array.Find(names, static n => Name(n) == "saved_model.pb") is not null)
        {
            return new("a zip archive with a TensorFlow SavedModel in it", "Unpack it first. " + Advices.SavedModel);
        }
        return names.Length > 0 && Array.TrueForAll(names, static n => n.EndsWith(".npy", StringComparison.Ordinal))
            ? new("a file of NumPy arrays (.npz)", Advices.WeightsOnly)
            : Unknown;
    }

    private static string Name(string entry) => entry[(entry.LastIndexOf('/') + 1)..];
}
