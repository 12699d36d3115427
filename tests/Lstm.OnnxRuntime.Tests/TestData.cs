namespace Lstm.OnnxRuntime.Tests;

/// <summary>Paths below tests/data.</summary>
internal static class TestData
{
    public static string Path(params ReadOnlySpan<string> parts) => System.IO.Path.Combine([Root, "tests", "data", .. parts]);

    private static string Root { get; } = FindRoot();

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(System.IO.Path.Combine(folder.FullName, "Lstm.sln")))
                return folder.FullName;
        }
        throw new InvalidOperationException($"No Lstm.sln above {AppContext.BaseDirectory}: run the tests from the repository.");
    }
}
