namespace Lstm.Cli.Verify;

/// <summary>What came of one model.</summary>
/// <param name="Case">Its name.</param>
/// <param name="Outcome">What came of it.</param>
/// <param name="Backend">"native" or "onnxruntime": what ran it, or refused it.</param>
/// <param name="Why">What was compared, or why it is not the same.</param>
internal sealed record Verdict(string Case, Outcome Outcome, string Backend, string Why)
{
    /// <summary>All values are right, or the refusal is the expected one.</summary>
    public const int Right = 0;

    /// <summary>A value differs, or the model is not what is expected of it.</summary>
    public const int Differs = 1;

    /// <summary>Nothing could be compared, or not with certainty.</summary>
    public const int NotDetermined = 3;

    /// <summary>The .onnx file.</summary>
    public string Path { get; init; } = "";

    /// <summary>The largest absolute difference, or the one that is furthest outside its tolerance; null when nothing was compared.</summary>
    public double? MaxAbs { get; init; }

    /// <summary>How large that one might have been.</summary>
    public double? Allowed { get; init; }

    /// <summary>The largest absolute difference by tensor.</summary>
    public IReadOnlyDictionary<string, double> Largest { get; init; } = new Dictionary<string, double>();

    /// <summary>Whether the engine steps it; null when it did not load.</summary>
    public bool? Streams { get; init; }

    /// <summary>The state inputs and outputs that were used.</summary>
    public IReadOnlyList<NamePair> Pairs { get; init; } = [];

    /// <summary>Where the pairs are from.</summary>
    public string PairsFrom { get; init; } = "";

    /// <summary>The seed of random input; null where the input was given.</summary>
    public int? Seed { get; init; }

    /// <summary>For a refusal: whether it is expected; null where nothing is said of it.</summary>
    public bool? IsExpected { get; init; }

    /// <summary>What the command ends with, were this the only model.</summary>
    public int ExitCode => Outcome switch
    {
        Outcome.Same => Right,
        Outcome.Different => Differs,
        Outcome.Refused => IsExpected switch { true => Right, false => Differs, null => NotDetermined },
        _ => NotDetermined,
    };

    /// <summary>All is right.</summary>
    public bool Ok => ExitCode == Right;

    /// <summary>The worse of two exit codes: 1 before 3 before 0.</summary>
    public static int Worse(int a, int b) => a == Differs || b == Differs ? Differs : Math.Max(a, b);

    /// <summary>A model of which nothing could be compared.</summary>
    public static Verdict NotCompared(string name, string backend, string why) => new(name, Outcome.NotCompared, backend, why);

    /// <summary>A model that is not what it should be.</summary>
    public static Verdict Different(string name, string backend, string why) => new(name, Outcome.Different, backend, why);

    /// <summary>A model that was compared.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="backend">What ran it.</param>
    /// <param name="comparison">What was found.</param>
    /// <param name="against">What it was compared with, in words.</param>
    public static Verdict Of(string name, string backend, Comparison comparison, string against)
    {
        if (comparison.Count == 0)
        {
            return comparison.IsOfNoTimesteps
                ? new Verdict(name, Outcome.Same, backend, $"no values against {against}: a sequence of no timesteps")
                : NotCompared(name, backend, $"Nothing could be compared with {against}: no output of the model has a reference.");
        }
        var shown = comparison.Shown;
        return new Verdict(name, comparison.Ok ? Outcome.Same : Outcome.Different, backend, comparison.Ok ? $"{comparison.Count} values against {against}" : $"Against {against}: {shown}")
        {
            MaxAbs = shown.Abs,
            Allowed = shown.Allowed,
            Largest = comparison.Largest,
        };
    }
}
