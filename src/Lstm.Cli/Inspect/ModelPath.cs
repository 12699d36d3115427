namespace Lstm.Cli.Inspect;

/// <summary>A file to inspect.</summary>
/// <param name="Name">What to call it: as the user did.</param>
/// <param name="File">The .onnx file.</param>
internal sealed record ModelPath(string Name, string File)
{
    private const string Extension = ".onnx";

    /// <summary>The file at a path, or every .onnx file in a folder and below, in order of names.</summary>
    /// <param name="path">An .onnx file or a folder.</param>
    /// <exception cref="ArgumentException">There is nothing at that path, or no .onnx file; says what was expected.</exception>
    public static IReadOnlyList<ModelPath> FindAll(string path)
    {
        if (System.IO.File.Exists(path))
        {
            return Path.GetExtension(path).Equals(Extension, StringComparison.OrdinalIgnoreCase)
                ? [new ModelPath(path, Path.GetFullPath(path))]
                : throw new ArgumentException($"Expected an .onnx file or a folder but found the file '{path}'.");
        }

        if (!Directory.Exists(path))
            throw new ArgumentException($"There is no file or folder '{path}'. Give an .onnx file or a folder with some.");
        ModelPath[] files = [.. Below(new DirectoryInfo(path)).Select(file => new ModelPath(Path.Combine(path, Path.GetRelativePath(path, file)), file))];
        return files.Length > 0 ? files : throw new ArgumentException($"There is no .onnx file in or below '{path}'.");
    }

    // Links may lead in circles; hidden folders hold nothing of the user's.
    private static IEnumerable<string> Below(DirectoryInfo folder) => folder
        .EnumerateFiles().Where(static f => f.Extension.Equals(Extension, StringComparison.OrdinalIgnoreCase)).Select(static f => f.FullName).Order(StringComparer.Ordinal)
        .Concat(folder.EnumerateDirectories().Where(static d => d.LinkTarget is null && d.Name[0] != '.').OrderBy(static d => d.Name, StringComparer.Ordinal).SelectMany(Below));
}
