namespace Lstm.Engine.Onnx.External;

/// <summary>The folder of a model, and which files in it its external data may be: regular files that are really inside.</summary>
/// <param name="modelPath">Full path of the .onnx file.</param>
internal sealed class ModelFolder(string modelPath)
{
    // As many links, and characters of a path, as Linux follows.
    private const int MostLinks = 40;
    private const int LongestLocation = 4096;

    private readonly string _folder = Path.GetDirectoryName(modelPath) ?? modelPath;
    private string[]? _roots;

    // The folder that was named, and the one of the file itself where a link leads to it: stores keep model and data there under other names.
    private string[] Roots => _roots ??= [Resolve(_folder), Path.GetDirectoryName(Resolve(modelPath)) ?? modelPath];

    /// <summary>Finds the file that a location means, without opening it.</summary>
    /// <param name="location">The location, from the model's folder on.</param>
    /// <returns>Its real path, free of links, and its length in bytes.</returns>
    /// <exception cref="ExternalDataException">It is not a path below the folder, leads out of it, or is no regular file.</exception>
    public (string Path, long Length) Find(string location)
    {
        CheckText(location);
        try
        {
            string path = Resolve(Path.Combine(_folder, location));
            if (!Roots.Any(root => root == path || IsBelow(root, path)))
            {
                throw new ExternalDataException($"its location '{location}' leads out of the model's folder over a symbolic link; put the file itself beside the model.");
            }
            if (Directory.Exists(path))
            {
                throw new ExternalDataException($"its location '{location}' is a folder; expected a file.");
            }
            var file = new FileInfo(path);
            if (!file.Exists)
            {
                throw new ExternalDataException($"there is no file '{location}' in the model's folder; put the file that was exported with the model beside it.");
            }
            // Pipes and devices have no length either; opening one of them may wait for ever.
            return file.Length > 0 ? (path, file.Length) : throw new ExternalDataException($"the file '{location}' is empty or not a regular file; expected the file that was exported with the model.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw new ExternalDataException($"the file '{location}' cannot be read: {e.Message}");
        }
    }

    private static void CheckText(string location)
    {
        if (location.Length > LongestLocation)
        {
            throw new ExternalDataException($"its location has {location.Length} characters; expected at most {LongestLocation}.");
        }
        string? wrong =
            location.Length == 0 ? "is empty"
            : location.Any(char.IsControl) ? "has control characters"
            : location.Contains('\\', StringComparison.Ordinal) ? "has a backslash"
            : Path.IsPathRooted(location) || location[0] == '/' || (OperatingSystem.IsWindows() && location.Contains(':', StringComparison.Ordinal)) ? "is absolute"
            : location.Split('/').Contains("..") ? "has a '..'"
            : null;
        if (wrong is not null)
        {
            throw new ExternalDataException($"its location '{Printable(location)}' {wrong}; expected a path with '/' from the model's folder on, to a file inside.");
        }
    }

    private static string Printable(string text) => string.Concat(text.Select(static c => char.IsControl(c) ? '?' : c));

    private static bool IsBelow(string root, string path) =>
        path.StartsWith(Path.EndsInDirectorySeparator(root) ? root : root + Path.DirectorySeparatorChar, StringComparison.Ordinal);

    // Follows links of folders on the way, too, which the framework does not.
    private static string Resolve(string path)
    {
        int links = 0;
        string root = Path.GetPathRoot(path) ?? "";
        string real = root;
        var rest = new Stack<string>(Segments(path[root.Length..]));
        while (rest.TryPop(out string? segment))
        {
            if (segment == "..")
            {
                real = Path.GetDirectoryName(real) ?? real;
                continue;
            }
            string next = Path.Combine(real, segment);
            if (new FileInfo(next).LinkTarget is not { } target)
            {
                real = next;
                if (!Directory.Exists(real))
                {
                    return Path.Combine([real, .. rest]); // Nothing is behind it.
                }
                continue;
            }
            if (++links > MostLinks)
            {
                throw new IOException($"more than {MostLinks} symbolic links on the way.");
            }
            string targetRoot = Path.GetPathRoot(target) ?? "";
            real = targetRoot.Length > 0 ? targetRoot : real;
            foreach (string further in Segments(target[targetRoot.Length..]))
            {
                rest.Push(further);
            }
        }
        return real;
    }

    // The last one first, as a stack takes them.
    private static IEnumerable<string> Segments(string path) =>
        path.Split([Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar], StringSplitOptions.RemoveEmptyEntries).Where(static s => s != ".").Reverse();
}
