using System.Text.RegularExpressions;
using Lstm.Tests.Shared;

namespace Lstm.Engine.Tests;

/// <summary>Dependencies point one way: Kernels ← Cells ← Layers ← Onnx ← Model ← Scheduling.</summary>
public sealed partial class DependencyTests
{
    private static readonly string[] Order = ["Kernels", "Cells", "Layers", "Onnx", "", "Scheduling"];

    [Fact]
    public void Sources_UseOnlyWhatLiesBelow()
    {
        string root = Repository.Path("src", "Lstm.Engine");
        string[] files = [.. Directory.EnumerateFiles(root, "*.cs", SearchOption.AllDirectories).Where(static f => !f.Contains("/obj/", StringComparison.Ordinal) && !f.Contains("/bin/", StringComparison.Ordinal))];
        var wrong = new List<string>();
        foreach (string file in files)
        {
            string place = Path.GetRelativePath(root, file);
            string area = place.Contains('/', StringComparison.Ordinal) ? place.Split('/')[0] : "";
            foreach (Match use in UsingOfEngine().Matches(File.ReadAllText(file)))
            {
                if (Array.IndexOf(Order, use.Groups["area"].Value) > Array.IndexOf(Order, area))
                {
                    wrong.Add($"{place} uses {use.Groups["area"].Value}");
                }
            }
        }

        Assert.True(files.Length > 40, "the sources were found");
        Assert.Empty(wrong);
    }

    [Fact]
    public void Assembly_KnowsNoHttpJsonLoggingOrContainer()
    {
        string[] references = [.. typeof(Model).Assembly.GetReferencedAssemblies().Select(static a => a.Name ?? "")];

        Assert.DoesNotContain(references, static r => r.Contains("AspNetCore", StringComparison.Ordinal)
            || r.Contains("Grpc", StringComparison.Ordinal)
            || r.Contains("Extensions", StringComparison.Ordinal)
            || r.Contains("Json", StringComparison.Ordinal)
            || r.Contains("Http", StringComparison.Ordinal));
    }

    [Fact]
    public void PublicApi_IsTheApprovedOne() => PublicApi.AssertMatches(typeof(Model).Assembly, Repository.Path("src", "Lstm.Engine", "PublicApi.txt"));

    [GeneratedRegex(@"^using (static )?Lstm\.Engine\.(?<area>\w+)", RegexOptions.Multiline)]
    private static partial Regex UsingOfEngine();
}
