using Lstm.Cli.Demo;

namespace Lstm.Cli.Tests.Demo;

public class AnomalyDetectorTests
{
    private static readonly DateTime Monday = new(2014, 7, 7);

    [Fact]
    public void Alarms_WholeSeries_FindEachLabelledAnomalyOnceAndTwoHolidays()
    {
        IReadOnlyList<Alarm> alarms = Replay.Run().Detector.Alarms;

        Assert.Equal(
            ["unlabelled", "NYC marathon", "Thanksgiving", "Christmas", "New Year's day", "unlabelled", "snow storm"],
            alarms.Select(alarm => alarm.Name));

        // The two that nobody labelled: the eve of Independence Day, and the weekend of Martin Luther King Day.
        Assert.Equal(new DateTime(2014, 7, 3), alarms[0].Start.Date);
        Assert.Equal(new DateTime(2015, 1, 18), alarms[5].Start.Date);
    }

    [Fact]
    public void QuietMaximum_IsTheHighestAverageOfTheValidationPart()
    {
        double highest = 0;
        Replay.Run(afterStep: state =>
        {
            DateTime time = state.Series.Times[state.Done - 1];
            if (time >= new DateTime(2014, 10, 1) && time < ForecastErrors.TestFrom)
                highest = Math.Max(highest, state.Detector.AverageExceedance);
        });

        Assert.Equal(AnomalyDetector.QuietMaximum, highest, 5e-5);
    }

    [Fact]
    public void Add_AlwaysInsideTheBand_NeverAlarms()
    {
        var detector = new AnomalyDetector([]);
        for (int i = 0; i < 1_000; i++)
            detector.Add(Monday.AddMinutes(30 * i), 100, 90, 110);

        Assert.Equal(0, detector.Surprise);
        Assert.Empty(detector.Alarms);
    }

    [Fact]
    public void Add_OneOddHalfHour_DoesNotAlarm()
    {
        var detector = new AnomalyDetector([]);
        detector.Add(Monday, 250, 90, 110); // seven widths above
        detector.Add(Monday.AddMinutes(30), 100, 90, 110);

        Assert.Empty(detector.Alarms);
    }

    [Fact]
    public void Add_ADayBelowTheBand_AlarmsAndEndsWhenItIsOver()
    {
        var detector = new AnomalyDetector([new AnomalyWindow("flood", Monday, Monday.AddDays(1))]);
        int i = 0;
        for (; i < 48; i++)
            detector.Add(Monday.AddMinutes(30 * i), 80, 90, 110); // half a width below
        Alarm alarm = Assert.Single(detector.Alarms);
        Assert.Same(alarm, detector.Active);
        Assert.Equal("flood", alarm.Name);

        for (; i < 48 * 6; i++)
            detector.Add(Monday.AddMinutes(30 * i), 100, 90, 110);
        Assert.Null(detector.Active);
        Assert.Single(detector.Alarms);
        Assert.InRange(alarm.End, Monday.AddDays(1), Monday.AddDays(4));
        Assert.Equal(Monday.AddMinutes(30 * 47), alarm.PeakAt);
    }

    [Fact]
    public void Alarms_WithoutWindows_AreTheSame()
    {
        var blind = new AnomalyDetector([]);
        DemoState sighted = Replay.Run(afterStep: state =>
        {
            int now = state.Done - 1;
            (float p10, _, float p90) = state.ForecastFor(now);
            if (now > 0)
                blind.Add(state.Series.Times[now], state.Series.Demand[now], p10, p90);
        });

        Assert.Equal(sighted.Detector.Alarms.Select(alarm => (alarm.Start, alarm.End)), blind.Alarms.Select(alarm => (alarm.Start, alarm.End)));
    }
}
