namespace Lstm.Tests.Shared;

/// <summary>Where the checkout is that the tests were built from.</summary>
internal static class Repository
{
    /// <summary>The folder that holds Lstm.sln.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>A file or folder of the checkout.</summary>
    /// <param name="parts">Its path below the root.</param>
    /// <returns>The full path.</returns>
    public static string Path(params string[] parts) => System.IO.Path.Combine([Root, .. parts]);

    private static string FindRoot()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(System.IO.Path.Combine(folder.FullName, "Lstm.sln")))
        {
            folder = folder.Parent;
        }
        return folder?.FullName ?? throw new InvalidOperationException($"No folder above {AppContext.BaseDirectory} holds Lstm.sln.");
    }
}
