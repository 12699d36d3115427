using System.Globalization;
using System.Text;

namespace Lstm.Cli.Demo.View;

/// <summary>A line every six days and a half, and one per alarm: for logs, pipes and terminals that cannot move the cursor.</summary>
internal sealed class PlainView(TextWriter output) : IDemoView
{
    private static readonly CompositeFormat Reading = CompositeFormat.Parse(
        "{0:yyyy-MM-dd HH:mm}  step {1,6:N0}  actual {2,6:N0}  forecast {3,6:N0} {4,6:N0} {5,6:N0}  {6}  {7,6:N0} steps/s");

    // Not whole days, so that the lines show all hours.
    private const int StepsPerLine = 310;

    private int _alarms;
    private bool _alarmed;

    /// <summary>Writes to standard output.</summary>
    public PlainView() : this(Console.Out)
    {
    }

    /// <inheritdoc/>
    public void Update(DemoState state)
    {
        int now = state.Done - 1;
        if (now > 0 && (state.Done % StepsPerLine == 0 || state.Done == state.Series.Count))
        {
            (float p10, float p50, float p90) = state.ForecastFor(now);
            string where = BandBar.Render(25, p10, p50, p90, state.Series.Demand[now]);
            output.WriteLine(string.Format(
                CultureInfo.InvariantCulture, Reading, state.Series.Times[now], state.Done, state.Series.Demand[now], p10, p50, p90, where, state.StepsPerSecond));
        }

        AnnounceAlarms(state);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    private void AnnounceAlarms(DemoState state)
    {
        var alarms = state.Detector.Alarms;
        if (alarms.Count > _alarms)
        {
            _alarms = alarms.Count;
            _alarmed = true;
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{alarms[^1].Start:yyyy-MM-dd HH:mm}  ▲ the demand leaves its band for long: {alarms[^1].Name}"));
        }
        else if (_alarmed && state.Detector.Active is null)
        {
            _alarmed = false;
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{alarms[^1].End:yyyy-MM-dd HH:mm}  ▼ back to normal: {alarms[^1].Name}, peak {alarms[^1].Peak:0.0} times the alarm level"));
        }
    }
}
