namespace Lstm.Cli.Verify;

/// <summary>What came of one model.</summary>
/// <param name="Case">Its name.</param>
/// <param name="Ok">Every value was within its tolerance.</param>
/// <param name="Backend">"native" or "onnxruntime": what ran it, or refused it.</param>
/// <param name="MaxAbs">The largest absolute difference; null when nothing could be compared.</param>
/// <param name="Allowed">How large that one might have been.</param>
/// <param name="Why">Why it is not ok, or what was compared.</param>
internal sealed record Verdict(string Case, bool Ok, string Backend, double? MaxAbs, double? Allowed, string Why)
{
    /// <summary>A model that could not be compared.</summary>
    public static Verdict Failed(string name, string backend, string why) => new(name, false, backend, null, null, why);

    /// <summary>A model that was compared.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="backend">What ran it.</param>
    /// <param name="comparison">What was found.</param>
    /// <param name="against">What it was compared with, in words.</param>
    public static Verdict Of(string name, string backend, Comparison comparison, string against)
    {
        var shown = comparison.Shown;
        if (comparison.Count == 0)
            return Failed(name, backend, $"Nothing could be compared with {against}: no output of the model has a reference.");
        var why = comparison.Ok ? $"{comparison.Count} values against {against}" : $"Against {against}: {shown}";
        return new Verdict(name, comparison.Ok, backend, shown.Abs, shown.Allowed, why);
    }
}
