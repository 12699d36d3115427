using System.Globalization;

namespace Lstm.Cli.Demo;

/// <summary>Passengers of New York's taxis per half hour, and what the model wants to know of each half hour.</summary>
internal sealed class TaxiSeries
{
    /// <summary>Values that the model takes per step.</summary>
    public const int InputSize = 5;

    /// <summary>Half hours in a week.</summary>
    public const int Week = 336;

    private const string TimeFormat = "yyyy-MM-dd HH:mm:ss";

    private TaxiSeries(DateTime[] times, float[] demand)
    {
        Times = times;
        Demand = demand;
    }

    /// <summary>Number of half hours.</summary>
    public int Count => Demand.Count;

    /// <summary>When each half hour begins, New York time.</summary>
    public IReadOnlyList<DateTime> Times { get; }

    /// <summary>Passengers in each half hour.</summary>
    public IReadOnlyList<float> Demand { get; }

    /// <summary>Reads a file with the columns timestamp and value, half hour after half hour.</summary>
    /// <exception cref="CommandFailedException">A line is not of this form; the message names it.</exception>
    public static TaxiSeries Read(string path)
    {
        var times = new List<DateTime>();
        var demand = new List<float>();
        foreach (string line in File.ReadLines(path).Skip(1))
        {
            string[] fields = line.Split(',');
            if (fields.Length != 2
                || !DateTime.TryParseExact(fields[0], TimeFormat, CultureInfo.InvariantCulture, DateTimeStyles.None, out DateTime time)
                || !float.TryParse(fields[1], NumberStyles.Float, CultureInfo.InvariantCulture, out float value))
                throw new CommandFailedException($"{path}, line {times.Count + 2}: expected '{TimeFormat},number' but got '{line}'.");
            times.Add(time);
            demand.Add(value);
        }

        return new TaxiSeries([.. times], [.. demand]);
    }

    /// <summary>Writes the model's input of one half hour.</summary>
    /// <param name="index">0-based.</param>
    /// <param name="x">Demand, sin and cos of the day, sin and cos of the week (Monday = 0): [5].</param>
    public void Input(int index, Span<float> x)
    {
        DateTime time = Times[index];
        double day = (time.Hour * 60 + time.Minute) / 1440.0;
        double week = (((int)time.DayOfWeek + 6) % 7 + day) / 7;
        x[0] = Demand[index];
        x[1] = (float)Math.Sin(2 * Math.PI * day);
        x[2] = (float)Math.Cos(2 * Math.PI * day);
        x[3] = (float)Math.Sin(2 * Math.PI * week);
        x[4] = (float)Math.Cos(2 * Math.PI * week);
    }
}
