using System.Text.Json;
using Lstm.Cli.Inspect;
using Lstm.Cli.Verify.Bundles;
using Lstm.Cli.Verify.Expected;

namespace Lstm.Cli.Verify;

/// <summary>A model to verify.</summary>
/// <param name="Name">What to call it.</param>
/// <param name="Model">The .onnx file.</param>
/// <param name="Bundles">Its case.json, or its traces; empty when there are none.</param>
internal sealed record VerifyTarget(string Name, string Model, IReadOnlyList<string> Bundles)
{
    /// <summary>Its reference.json; null when there is none.</summary>
    public string? StepReferences { get; init; }

    /// <summary>States that the user named; null for none.</summary>
    public IReadOnlyList<NamePair>? Given { get; init; }

    public const string CaseFile = "case.json";
    public const string MainFile = "model.onnx";
    private const string TracePattern = "trace_*.json";

    /// <summary>Everything to verify at or below a path, in order of names.</summary>
    /// <param name="path">An .onnx file or a folder.</param>
    /// <exception cref="ArgumentException">There is nothing at that path, or nothing to verify; says what was expected.</exception>
    public static IReadOnlyList<VerifyTarget> FindAll(string path)
    {
        if (File.Exists(path))
        {
            return Path.GetExtension(path).Equals(".onnx", StringComparison.OrdinalIgnoreCase) || ModelPath.IsForeign(path)
                ? [new VerifyTarget(Path.GetFileName(path), Path.GetFullPath(path), [])]
                : throw new ArgumentException($"Expected an .onnx file or a folder but found the file '{path}'.");
        }
        if (!Directory.Exists(path))
            throw new ArgumentException($"There is no file or folder '{path}'. Give an .onnx file, a folder with case.json or trace_*.json, or a folder above.");
        VerifyTarget[] targets = [.. InFolder(new DirectoryInfo(path), path)];
        if (targets.Length == 0)
            targets = [.. ModelPath.ForeignIn(path).Select(static foreign => new VerifyTarget(Path.GetFileName(foreign), Path.GetFullPath(foreign), []))];
        return targets.Length > 0 ? targets : throw new ArgumentException($"There is no .onnx file and no bundle (case.json, trace_*.json, reference.json) in or below '{path}'.");
    }

    private static IEnumerable<VerifyTarget> InFolder(DirectoryInfo folder, string root)
    {
        var covered = new HashSet<string>(StringComparer.Ordinal);
        var caseFile = Path.Combine(folder.FullName, CaseFile);
        var stepFile = Path.Combine(folder.FullName, Lstm.Cli.Verify.Expected.StepReferences.FileName);
        if (File.Exists(caseFile) || File.Exists(stepFile))
        {
            covered.Add(MainFile);
            yield return new VerifyTarget(folder.Name, Path.Combine(folder.FullName, MainFile), File.Exists(caseFile) ? [caseFile] : []) { StepReferences = File.Exists(stepFile) ? stepFile : null };
        }
        foreach (var target in Traces(folder))
        {
            covered.Add(Path.GetFileName(target.Model));
            yield return target;
        }
        foreach (var file in folder.EnumerateFiles("*.onnx").Where(f => !covered.Contains(f.Name)).OrderBy(static f => f.Name, StringComparer.Ordinal))
            yield return new VerifyTarget(IsCase(folder, file.Name) ? folder.Name : Path.GetRelativePath(root, file.FullName).Replace('\\', '/'), file.FullName, []);
        foreach (var missing in Missing(folder))
            yield return new VerifyTarget(missing, Path.Combine(folder.FullName, missing), []);
        // Links may lead in circles; hidden folders hold nothing of the user's.
        var below = folder.EnumerateDirectories().Where(static d => d.LinkTarget is null && d.Name[0] != '.');
        foreach (var target in below.OrderBy(static d => d.Name, StringComparer.Ordinal).SelectMany(d => InFolder(d, root)))
            yield return target;
    }

    // What a folder says to hold and does not.
    private static IEnumerable<string> Missing(DirectoryInfo folder) => Expected(folder).Where(name => !Path.Exists(Path.Combine(folder.FullName, name)));

    private static bool IsCase(DirectoryInfo folder, string file) => file == MainFile && folder.Parent is { } above && Expected(above).Contains(folder.Name);

    // Where it cannot be read, each of the models says so.
    private static IReadOnlyCollection<string> Expected(DirectoryInfo folder)
    {
        try
        {
            return Expectation.NamesIn(folder.FullName);
        }
        catch (BundleException)
        {
            return [];
        }
    }

    private static IEnumerable<VerifyTarget> Traces(DirectoryInfo folder)
    {
        var byModel = new SortedDictionary<string, List<string>>(StringComparer.Ordinal);
        foreach (var trace in folder.EnumerateFiles(TracePattern).OrderBy(static f => f.Name, StringComparer.Ordinal))
        {
            foreach (var model in ModelsOf(trace.FullName) ?? [trace.Name])
            {
                if (!byModel.TryGetValue(model, out var traces))
                    byModel.Add(model, traces = []);
                traces.Add(trace.FullName);
            }
        }
        return byModel.Select(pair => new VerifyTarget($"{folder.Name}/{pair.Key}", Path.Combine(folder.FullName, pair.Key), pair.Value));
    }

    // A trace that cannot be read becomes a target of its own, whose verdict says what is wrong with it.
    private static string[]? ModelsOf(string trace)
    {
        try
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(trace));
            return !json.RootElement.TryGetProperty("model", out var models) ? ["model.onnx"] : [.. models.EnumerateArray().Select(static m => Path.GetFileName(m.GetString() ?? ""))];
        }
        catch (Exception error) when (error is JsonException or IOException or InvalidOperationException)
        {
            return null;
        }
    }
}
