using System.Diagnostics.Metrics;
using Lstm.Engine.Scheduling;
using Lstm.Service.Sessions;

namespace Lstm.Service.Observability;

/// <summary>Every instrument of the service, with unit and description. docs/observability.md shows the list; a test compares.</summary>
internal sealed class LstmMeter
{
    /// <summary>The meter's name.</summary>
    public const string Name = "Lstm";

    private static readonly double[] SecondsBuckets =
        [0.000_005, 0.000_01, 0.000_025, 0.000_05, 0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5];

    private static readonly long[] WidthBuckets = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024];

    private static readonly KeyValuePair<string, object?> Created = new("lstm.how", "created");
    private static readonly KeyValuePair<string, object?> Resumed = new("lstm.how", "resumed");
    private static readonly KeyValuePair<string, object?> Closed = new("lstm.cause", "closed");
    private static readonly KeyValuePair<string, object?> Expired = new("lstm.cause", "expired");

    private readonly Meter _meter;
    private readonly Counter<long> _steps;
    private readonly Counter<long> _replays;
    private readonly Histogram<double> _stepDuration;
    private readonly Histogram<long> _batchWidth;
    private readonly Histogram<double> _batchDuration;
    private readonly Histogram<double> _batchWait;
    private readonly Counter<long> _predictedSequences;
    private readonly Counter<long> _predictedSteps;
    private readonly Histogram<double> _predictDuration;
    private readonly Counter<long> _sessionsOpened;
    private readonly Counter<long> _sessionsEnded;
    private readonly UpDownCounter<long> _streams;
    private readonly UpDownCounter<long> _handles;
    private readonly Counter<long> _refusals;

    /// <summary>Creates the instruments.</summary>
    /// <param name="factory">Gives each host a meter of its own.</param>
    public LstmMeter(IMeterFactory factory)
    {
        _meter = factory.Create(Name, typeof(LstmMeter).Assembly.GetName().Version?.ToString(3));
        _steps = _meter.CreateCounter<long>("lstm.steps", "{step}", "Timesteps done, without replays.");
        _replays = _meter.CreateCounter<long>("lstm.steps.replayed", "{step}", "Timesteps answered again because they were sent again.");
        _stepDuration = _meter.CreateHistogram(
            "lstm.step.duration", "s", "Time of one message of steps inside the service: waiting, stepping, answering.",
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = SecondsBuckets });
        _batchWidth = _meter.CreateHistogram(
            "lstm.batch.width", "{session}", "Sessions that stepped together in one run of the model.",
            advice: new InstrumentAdvice<long> { HistogramBucketBoundaries = WidthBuckets });
        _batchDuration = _meter.CreateHistogram(
            "lstm.batch.duration", "s", "Time of one run of the model.",
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = SecondsBuckets });
        _batchWait = _meter.CreateHistogram(
            "lstm.batch.wait", "s", "Time that the longest waiting step of a run had waited for it; 0 when the model was idle.",
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = SecondsBuckets });
        _predictedSequences = _meter.CreateCounter<long>("lstm.predict.sequences", "{sequence}", "Whole sequences predicted.");
        _predictedSteps = _meter.CreateCounter<long>("lstm.predict.steps", "{step}", "Timesteps of whole sequences predicted.");
        _predictDuration = _meter.CreateHistogram(
            "lstm.predict.duration", "s", "Time of one prediction inside the service: waiting and running.",
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = SecondsBuckets });
        _sessionsOpened = _meter.CreateCounter<long>("lstm.sessions.opened", "{session}", "Sessions created or resumed.");
        _sessionsEnded = _meter.CreateCounter<long>("lstm.sessions.ended", "{session}", "Sessions ended, by cause.");
        _streams = _meter.CreateUpDownCounter<long>("lstm.streams", "{stream}", "gRPC streams open now.");
        _handles = _meter.CreateUpDownCounter<long>("lstm.stream.handles", "{session}", "Sessions open on gRPC streams now.");
        _refusals = _meter.CreateCounter<long>("lstm.refusals", "{request}", "Requests refused, by reason.");
    }

    /// <summary>The instruments that are read when somebody looks.</summary>
    /// <param name="open">Open sessions of each model.</param>
    /// <param name="stateBytes">Bytes of their states.</param>
    public void ObserveSessions(Func<IEnumerable<Measurement<long>>> open, Func<IEnumerable<Measurement<long>>> stateBytes)
    {
        _meter.CreateObservableUpDownCounter("lstm.sessions", open, "{session}", "Sessions open now.");
        _meter.CreateObservableUpDownCounter("lstm.state.size", stateBytes, "By", "Bytes that the states of open sessions hold.");
    }

    /// <summary>The models, read when somebody looks.</summary>
    /// <param name="models">How many there are of each status.</param>
    public void ObserveModels(Func<IEnumerable<Measurement<int>>> models) =>
        _meter.CreateObservableUpDownCounter("lstm.models", models, "{model}", "Model files, by whether they are loaded.");

    /// <summary>Messages of steps were answered together.</summary>
    public void Stepped(int messages, int steps, int replayed, TimeSpan time, KeyValuePair<string, object?> model)
    {
        if (steps > 0)
            _steps.Add(steps, model);
        if (replayed > 0)
            _replays.Add(replayed, model);
        for (int n = 0; n < messages; n++)
            _stepDuration.Record(time.TotalSeconds, model);
    }

    /// <summary>The model ran once.</summary>
    public void BatchRan(BatchRun run, KeyValuePair<string, object?> model)
    {
        _batchWidth.Record(run.Width, model);
        _batchDuration.Record(run.Ran.TotalSeconds, model);
        _batchWait.Record(run.Waited.TotalSeconds, model);
    }

    /// <summary>A prediction was done.</summary>
    public void Predicted(int sequences, int timesteps, TimeSpan time, KeyValuePair<string, object?> model)
    {
        _predictedSequences.Add(sequences, model);
        _predictedSteps.Add(timesteps, model);
        _predictDuration.Record(time.TotalSeconds, model);
    }

    /// <summary>A session was created or resumed.</summary>
    public void SessionOpened(bool resumed, KeyValuePair<string, object?> model) => _sessionsOpened.Add(1, model, resumed ? Resumed : Created);

    /// <summary>A session ended.</summary>
    public void SessionEnded(SessionEndCause cause, KeyValuePair<string, object?> model) =>
        _sessionsEnded.Add(1, model, cause == SessionEndCause.Expired ? Expired : Closed);

    /// <summary>A stream began (+1) or ended (-1).</summary>
    public void StreamChanged(int change) => _streams.Add(change);

    /// <summary>Handles were opened (+) or closed (-) on a stream.</summary>
    public void HandlesChanged(int change) => _handles.Add(change);

    /// <summary>Requests were refused.</summary>
    public void Refused(string reason, string face, int count = 1) => _refusals.Add(count, new("lstm.reason", reason), new("lstm.face", face));
}
