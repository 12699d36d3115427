namespace Lstm.Service.Models;

/// <summary>Finds the models in a folder and gives them their names.</summary>
internal static class ModelFiles
{
    private const string MainFile = "model.onnx";

    /// <summary>
    /// NAME.onnx in the folder is model NAME; a sub-folder with model.onnx, or with one .onnx file, is a model named like the sub-folder;
    /// in a sub-folder with several .onnx files each is a model named like the file.
    /// </summary>
    /// <param name="directory">The folder of models.</param>
    /// <returns>Names and files, in the order of the names; a name can be there twice.</returns>
    public static IReadOnlyList<(string Name, string Path)> Find(string directory)
    {
        var found = new List<(string Name, string Path)>();
        foreach (string file in OnnxFiles(directory))
            found.Add((Path.GetFileNameWithoutExtension(file), file));
        foreach (string folder in Directory.EnumerateDirectories(directory))
        {
            string[] files = [.. OnnxFiles(folder)];
            string? main = Array.Find(files, static f => Path.GetFileName(f).Equals(MainFile, StringComparison.OrdinalIgnoreCase))
                ?? (files.Length == 1 ? files[0] : null);
            if (main is not null)
                found.Add((Path.GetFileName(folder), main));
            else
                found.AddRange(files.Select(static f => (Path.GetFileNameWithoutExtension(f), f)));
        }

        found.Sort(static (a, b) => string.CompareOrdinal(a.Name, b.Name) is var order and not 0 ? order : string.CompareOrdinal(a.Path, b.Path));
        return found;
    }

    private static IEnumerable<string> OnnxFiles(string folder) =>
        Directory.EnumerateFiles(folder).Where(static f => f.EndsWith(".onnx", StringComparison.OrdinalIgnoreCase));
}
