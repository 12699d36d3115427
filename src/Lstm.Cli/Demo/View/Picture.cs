using System.Globalization;

namespace Lstm.Cli.Demo.View;

/// <summary>One frame of the live view: the newest reading, the last days, the whole series, what was found, how far and how fast.</summary>
internal sealed partial class Picture
{
    private const int LargestWidth = 130;
    private const int LargestChart = 14;

    private readonly DemoState _state;
    private readonly int _width;
    private readonly int _height;
    private readonly bool _colours;
    private readonly List<string> _lines = [];

    /// <summary>A frame for a terminal of this size.</summary>
    public Picture(DemoState state, int columns, int rows, bool colours)
    {
        _state = state;
        _width = Math.Min(columns, LargestWidth) - 1;
        _height = rows;
        _colours = colours;
    }

    private int Now => _state.Done - 1;

    /// <summary>The lines of the frame, at most as many as the terminal has.</summary>
    public IReadOnlyList<string> Draw()
    {
        // On a tall terminal the alarms get a line each, on a small one they share.
        bool tall = _height >= 34;
        int alarmRows = tall ? 8 : 3;
        int chartRows = Math.Clamp(_height - 15 - alarmRows, 3, LargestChart);

        Title();
        Line();
        Reading();
        Gauge();
        Line();
        RecentDays(chartRows);
        Line();
        WholeSeries();
        Line();
        Alarms(alarmRows, onePerLine: tall);
        Progress();
        return _lines;
    }

    private void Title()
    {
        StyledLine line = Start().Add("lstm demo", Tone.Strong).Add("   New York taxis: how many in the next half hour?", Tone.Dim);
        if (_state.Detector.Active is { } alarm)
            line.PadTo(_width - alarm.Name.Length - 3).Add("▲ " + alarm.Name, Tone.Alarm);
        Finish(line);
    }

    private void Reading()
    {
        (float p10, float p50, float p90) = _state.ForecastFor(Now);
        bool outside = _state.IsOutside(Now);
        string time = _state.Series.Times[Now].ToString("ddd d MMM yyyy  HH:mm", CultureInfo.InvariantCulture).PadRight(23);
        var line = Start().Add(time, Tone.Strong)
            .Add("actual ", Tone.Dim).Add(Number(_state.Series.Demand[Now], 6), outside ? Tone.Alarm : Tone.Strong)
            .Add("   forecast ", Tone.Dim).Add(Number(p10, 6), Tone.Band).Add(" – ", Tone.Dim).Add(Number(p50, 6), Tone.Strong)
            .Add(" – ", Tone.Dim).Add(Number(p90, 6), Tone.Band);
        Finish(line);
    }

    private void Gauge()
    {
        (float p10, float p50, float p90) = _state.ForecastFor(Now);
        int cells = (_width - 12) | 1;
        string bar = BandBar.Render(cells, p10, p50, p90, _state.Series.Demand[Now]);
        var line = Start().Add("-5k ", Tone.Dim);
        foreach (char cell in bar)
            line.Add(cell.ToString(), ToneOfGauge(cell));
        Finish(line.Add(" +5k", Tone.Dim));
    }

    private Tone ToneOfGauge(char cell) => cell switch
    {
        '·' => Tone.Dim,
        '▒' => Tone.Band,
        '│' => Tone.Strong,
        _ => _state.IsOutside(Now) ? Tone.Alarm : Tone.Calm,
    };

    private void Alarms(int rows, bool onePerLine)
    {
        var alarms = _state.Detector.Alarms;
        int perRow = onePerLine ? 1 : 3;
        int cell = (_width - 1) / perRow;
        for (int row = 0; row < rows; row++)
        {
            StyledLine line = Start();
            for (int i = 0; i < perRow && row * perRow + i < alarms.Count; i++)
            {
                int index = row * perRow + i;
                line.PadTo(1 + i * cell);
                AlarmEntry(line, index + 1, alarms[index], onePerLine);
            }

            Finish(line);
        }
    }

    private static void AlarmEntry(StyledLine line, int number, Alarm alarm, bool full)
    {
        Tone tone = alarm.Active ? Tone.Alarm : alarm.Window is null ? Tone.Dim : Tone.Normal;
        string mark = alarm.Active ? "▲ " : "  ";
        string name = full ? alarm.Name.PadRight(18) : alarm.Name;
        line.Add($"{number} ", Tone.Uneasy).Add(mark + name, tone);
        if (!full)
            return;

        string end = alarm.Active ? "goes on" : Day(alarm.End);
        line.Add(string.Create(CultureInfo.InvariantCulture, $"{Day(alarm.Start)}  –  {end,-16}   peak {alarm.Peak:0.0} × the alarm level"), Tone.Dim);
    }

    private static string Day(DateTime time) => time.ToString("ddd dd MMM HH:mm", CultureInfo.InvariantCulture);

    private void Progress()
    {
        double share = (double)_state.Done / _state.Series.Count;
        string numbers = string.Create(
            CultureInfo.InvariantCulture,
            $"  {_state.Done,6:N0} of {_state.Series.Count:N0}   {_state.StepsPerSecond,5:N0} steps/s   round trip {_state.RoundTrips.RecentMedian():0.00} ms");
        int cells = Math.Max(4, _width - 2 - numbers.Length);
        int full = (int)Math.Round(share * cells);
        Finish(Start().Add(new string('━', full), Tone.Calm).Add(new string('─', cells - full), Tone.Dim).Add(numbers));
    }

    private StyledLine Start() => new StyledLine(_width, _colours).Add(" ");

    private void Finish(StyledLine line) => _lines.Add(line.ToString());

    private void Line() => _lines.Add("");

    private static string Number(double value, int width) => value.ToString("N0", CultureInfo.InvariantCulture).PadLeft(width);
}
