namespace Lstm.Cli.Verify.Bundles;

/// <summary>A bundle cannot be read.</summary>
/// <param name="path">The index file.</param>
/// <param name="reason">Expected, found, what to do.</param>
/// <param name="inner">What it came from.</param>
internal sealed class BundleException(string path, string reason, Exception? inner = null)
    : Exception($"Cannot read bundle '{path}': {reason}", inner);
