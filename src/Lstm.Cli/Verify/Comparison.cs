using System.Globalization;

namespace Lstm.Cli.Verify;

/// <summary>Collects differences of one model from its references: the largest, and the one that breaks its tolerance most.</summary>
internal sealed class Comparison
{
    private readonly SortedDictionary<string, double> _largestByTensor = new(StringComparer.Ordinal);
    private Difference _largest;
    private Difference _worst;

    /// <summary>Values compared.</summary>
    public long Count { get; private set; }

    /// <summary>The references are those of a sequence without timesteps, so that no value is missing.</summary>
    public bool IsOfNoTimesteps { get; set; }

    /// <summary>The largest absolute difference by what the values are.</summary>
    public IReadOnlyDictionary<string, double> Largest => _largestByTensor;

    /// <summary>No value left its tolerance.</summary>
    public bool Ok => _worst.Share <= 1;

    /// <summary>What to show: the worst offender when there is one, else the largest difference.</summary>
    public Difference Shown => Ok ? _largest : _worst;

    /// <summary>Compares value by value.</summary>
    /// <param name="what">What the values are, for the message.</param>
    /// <param name="actual">Computed.</param>
    /// <param name="expected">Reference, as many.</param>
    /// <param name="tolerance">How far they may be apart.</param>
    /// <param name="step">The step they belong to, from 1.</param>
    public void Add(string what, ReadOnlySpan<float> actual, ReadOnlySpan<double> expected, Tolerance tolerance, int step) =>
        Add(what, Array.ConvertAll(actual.ToArray(), static v => (double)v), expected, tolerance, step);

    /// <summary>Compares value by value.</summary>
    /// <param name="what">What the values are, for the message.</param>
    /// <param name="actual">Computed.</param>
    /// <param name="expected">Reference, as many.</param>
    /// <param name="tolerance">How far they may be apart.</param>
    /// <param name="step">The step they belong to, from 1.</param>
    public void Add(string what, double[] actual, ReadOnlySpan<double> expected, Tolerance tolerance, int step)
    {
        if (actual.Length != expected.Length)
            throw new ArgumentException($"{what} has {actual.Length} values but its reference has {expected.Length}.");
        Count += actual.Length;
        var largest = _largestByTensor.GetValueOrDefault(what);
        for (var i = 0; i < actual.Length; i++)
        {
            var difference = Difference.Between(actual[i], expected[i], tolerance.Allowed(expected[i])) with { What = what, Index = i, Step = step };
            largest = Math.Max(largest, difference.Abs);
            if (difference.Abs > _largest.Abs)
                _largest = difference;
            if (difference.Share > _worst.Share)
                _worst = difference;
            if (_largest.What is null)
                _largest = difference;
        }
        _largestByTensor[what] = largest;
    }

    /// <summary>Takes in what another one found.</summary>
    public void Add(Comparison other)
    {
        Count += other.Count;
        if (other._largest.Abs > _largest.Abs || _largest.What is null)
            _largest = other._largest;
        if (other._worst.Share > _worst.Share)
            _worst = other._worst;
        foreach (var (what, largest) in other._largestByTensor)
            _largestByTensor[what] = Math.Max(_largestByTensor.GetValueOrDefault(what), largest);
        IsOfNoTimesteps |= other.IsOfNoTimesteps;
    }

    /// <summary>One place where a value and its reference differ.</summary>
    /// <param name="Abs">|actual − expected|; infinite when either is not a number and the other is.</param>
    /// <param name="Allowed">How much it may be.</param>
    public readonly record struct Difference(double Abs, double Allowed)
    {
        public string? What { get; init; }
        public int Index { get; init; }
        public int Step { get; init; }
        public double Actual { get; init; }
        public double Expected { get; init; }

        /// <summary>Share of what is allowed; above 1 is a fault.</summary>
        public double Share => Abs == 0 ? 0 : double.IsFinite(Abs) ? Abs / Allowed : double.PositiveInfinity;

        public static Difference Between(double actual, double expected, double allowed)
        {
            // Equal infinities and two NaN agree; anything else with a NaN in it is infinitely wrong.
            var abs = actual.Equals(expected) ? 0 : Math.Abs(actual - expected);
            return new Difference(double.IsNaN(abs) ? double.PositiveInfinity : abs, allowed) { Actual = actual, Expected = expected };
        }

        public override string ToString() => string.Create(
            CultureInfo.InvariantCulture,
            $"{What}[{Index}] at step {Step} is {Actual:G9}, expected {Expected:G9}: off by {Abs:G3}, allowed {Allowed:G3}.");
    }
}
