using System.Globalization;

namespace Lstm.Cli.Demo.View;

/// <summary>The two charts of the picture.</summary>
internal sealed partial class Picture
{
    private const int HalfHoursPerColumn = 4;
    private const int AxisWidth = 5;
    private const int SurpriseRows = 2;
    private const double LargestDemand = 40_000;
    private const double LargestSurprise = 4;

    /// <summary>The demand of the last days, two hours a column, the newest on the right; in the colour of how unusual the days were.</summary>
    private void RecentDays(int rows)
    {
        int columns = _width - AxisWidth - 2;
        int newest = Now / HalfHoursPerColumn;
        for (int row = 0; row < rows; row++)
        {
            string label = row == 0 ? "40k " : row == rows - 1 ? "0 " : "";
            StyledLine line = Start().Add(label.PadLeft(AxisWidth), Tone.Dim);
            for (int column = 0; column < columns; column++)
            {
                int bucket = newest - columns + 1 + column;
                if (bucket < 0)
                    line.Add(" ");
                else
                    line.Add(AreaChart.Cell(MeanDemand(bucket) / LargestDemand, row, rows).ToString(), ToneOf(SurpriseOf(bucket, HalfHoursPerColumn)));
            }

            Finish(line);
        }

        Finish(DayAxis(newest - columns + 1, columns));
    }

    private StyledLine DayAxis(int firstBucket, int columns)
    {
        StyledLine line = Start();
        for (int column = 0; column < columns; column++)
        {
            int index = (firstBucket + column) * HalfHoursPerColumn;
            if (index >= 0 && _state.Series.Times[index].Hour == 0 && line.Length <= 1 + AxisWidth + column && columns - column > 6)
                line.PadTo(1 + AxisWidth + column).Add(_state.Series.Times[index].ToString("ddd d", CultureInfo.InvariantCulture), Tone.Dim);
        }

        return line;
    }

    /// <summary>The surprise over the whole series, with a number where an alarm began: fills up from left to right.</summary>
    private void WholeSeries()
    {
        int columns = _width - 2;
        int total = _state.Series.Count;
        int perColumn = (total + columns - 1) / columns;
        columns = (total + perColumn - 1) / perColumn;

        Finish(Start().Add("Surprise", Tone.Strong).Add(": how far the demand left its band, over two days; ", Tone.Dim).Add("red", Tone.Alarm).Add(" is an alarm", Tone.Dim));
        Finish(AlarmMarks(perColumn));
        for (int row = 0; row < SurpriseRows; row++)
        {
            StyledLine line = Start();
            for (int column = 0; column < columns; column++)
            {
                if (column * perColumn > Now)
                    line.Add(row == SurpriseRows - 1 ? "·" : " ", Tone.Dim);
                else
                    SurpriseCell(line, SurpriseOf(column, perColumn), row);
            }

            Finish(line);
        }

        Finish(MonthAxis(perColumn));
    }

    private static void SurpriseCell(StyledLine line, float surprise, int row)
    {
        // A quiet day still shows as a thin line, so that the eye sees how far the demo has come.
        double share = Math.Max(1.0 / (8 * SurpriseRows), surprise / LargestSurprise);
        line.Add(AreaChart.Cell(share, row, SurpriseRows).ToString(), ToneOf(surprise));
    }

    private StyledLine AlarmMarks(int perColumn)
    {
        StyledLine line = Start();
        var alarms = _state.Detector.Alarms;
        for (int i = 0; i < alarms.Count; i++)
        {
            int index = (int)((alarms[i].PeakAt - _state.Series.Times[0]).TotalMinutes / 30);
            line.PadTo(1 + index / perColumn).Add((i + 1).ToString(CultureInfo.InvariantCulture), Tone.Uneasy);
        }

        return line;
    }

    private StyledLine MonthAxis(int perColumn)
    {
        StyledLine line = Start();
        for (int index = 0; index < _state.Series.Count; index++)
        {
            DateTime time = _state.Series.Times[index];
            if (time is { Day: 1, Hour: 0, Minute: 0 })
                line.PadTo(1 + index / perColumn).Add(time.ToString("MMM", CultureInfo.InvariantCulture), Tone.Dim);
        }

        return line;
    }

    private double MeanDemand(int bucket)
    {
        double sum = 0;
        int count = 0;
        for (int i = bucket * HalfHoursPerColumn; i <= Now && count < HalfHoursPerColumn; i++, count++)
            sum += _state.Series.Demand[i];
        return sum / Math.Max(1, count);
    }

    private float SurpriseOf(int bucket, int perBucket)
    {
        float highest = 0;
        for (int i = bucket * perBucket; i <= Now && i < (bucket + 1) * perBucket; i++)
            highest = Math.Max(highest, _state.SurpriseAt(i));
        return highest;
    }

    private static Tone ToneOf(float surprise) => surprise >= 1 ? Tone.Alarm : surprise >= 0.6f ? Tone.Uneasy : Tone.Calm;
}
