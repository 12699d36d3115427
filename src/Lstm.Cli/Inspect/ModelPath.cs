using Lstm.Engine.Onnx.Foreign;

namespace Lstm.Cli.Inspect;

/// <summary>A file to inspect.</summary>
/// <param name="Name">What to call it: as the user did.</param>
/// <param name="File">The .onnx file.</param>
internal sealed record ModelPath(string Name, string File)
{
    private const string Extension = ".onnx";

    /// <summary>
    /// The file at a path, or every .onnx file in a folder and below, in order of names. What is the model of another framework is taken, too, so that
    /// the answer is how to export it.
    /// </summary>
    /// <param name="path">An .onnx file or a folder.</param>
    /// <exception cref="ArgumentException">There is nothing at that path, or no .onnx file; says what was expected.</exception>
    public static IReadOnlyList<ModelPath> FindAll(string path)
    {
        if (System.IO.File.Exists(path))
        {
            return Path.GetExtension(path).Equals(Extension, StringComparison.OrdinalIgnoreCase) || IsForeign(path)
                ? [new ModelPath(path, Path.GetFullPath(path))]
                : throw new ArgumentException($"Expected an .onnx file or a folder but found the file '{path}'.");
        }

        if (!Directory.Exists(path))
            throw new ArgumentException($"There is no file or folder '{path}'. Give an .onnx file or a folder with some.");
        ModelPath[] files = [.. Below(new DirectoryInfo(path)).Select(file => new ModelPath(Path.Combine(path, Path.GetRelativePath(path, file)), file))];
        if (files.Length == 0)
            files = [.. ForeignIn(path).Select(static foreign => new ModelPath(foreign, Path.GetFullPath(foreign)))];
        return files.Length > 0 ? files : throw new ArgumentException($"There is no .onnx file in or below '{path}'.");
    }

    /// <summary>Whether a file or folder is the model of another framework.</summary>
    public static bool IsForeign(string path) => FileKind.Find(path) is { IsModel: true };

    /// <summary>The folder itself or the files in it that are models of other frameworks; for a folder without any .onnx file.</summary>
    public static IEnumerable<string> ForeignIn(string folder) =>
        IsForeign(folder) ? [folder] : Directory.EnumerateFiles(folder).Where(IsForeign).Order(StringComparer.Ordinal);

    // Links may lead in circles; hidden folders hold nothing of the user's.
    private static IEnumerable<string> Below(DirectoryInfo folder) => folder
        .EnumerateFiles().Where(static f => f.Extension.Equals(Extension, StringComparison.OrdinalIgnoreCase)).Select(static f => f.FullName).Order(StringComparer.Ordinal)
        .Concat(folder.EnumerateDirectories().Where(static d => d.LinkTarget is null && d.Name[0] != '.').OrderBy(static d => d.Name, StringComparer.Ordinal).SelectMany(Below));
}
