namespace Lstm.OnnxRuntime.Tests;

/// <summary>Paths of test data and of the models that ship.</summary>
internal static class TestData
{
    /// <summary>A path below tests/data.</summary>
    public static string Path(params ReadOnlySpan<string> parts) => System.IO.Path.Combine([Root, "tests", "data", .. parts]);

    /// <summary>A path below models.</summary>
    public static string Shipped(params ReadOnlySpan<string> parts) => System.IO.Path.Combine([Root, "models", .. parts]);

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
