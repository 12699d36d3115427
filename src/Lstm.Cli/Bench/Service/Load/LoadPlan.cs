using Lstm.Cli.Bench.Load;

namespace Lstm.Cli.Bench.Service.Load;

/// <summary>All that the streams of a run share.</summary>
internal sealed class LoadPlan
{
    private const int Samples = 16;

    private readonly BenchModel _model;
    private readonly string _run = Guid.NewGuid().ToString("N");
    private readonly Dictionary<int, AnswerSample> _samples;

    /// <summary>A plan for one run.</summary>
    /// <param name="shape">What is sent.</param>
    /// <param name="model">The model.</param>
    public LoadPlan(LoadShape shape, BenchModel model)
    {
        (Shape, _model) = (shape, model);
        Inputs = new InputTable(model.Inputs, shape.Chunk);
        _samples = Enumerable.Range(0, Samples).Select(n => (int)((long)n * shape.Sessions / Samples)).Distinct()
            .ToDictionary(session => session, session => new AnswerSample(session, OutputSize));
    }

    /// <summary>What is sent.</summary>
    public LoadShape Shape { get; }

    /// <summary>The model's name on the server.</summary>
    public string Model => _model.Name;

    /// <summary>What the sessions are sent.</summary>
    public InputTable Inputs { get; }

    /// <summary>Floats that a step answers.</summary>
    public int OutputSize => _model.Model.Info.OutputSize;

    /// <summary>Id of a session: new in every run.</summary>
    /// <param name="session">Number of the session in the run.</param>
    /// <returns>The id.</returns>
    public string SessionId(int session) => $"bench-{_run}-{session}";

    /// <summary>Where the answers of a session go that is compared afterwards.</summary>
    /// <param name="session">Number of the session in the run.</param>
    /// <returns>Null for most.</returns>
    public AnswerSample? SampleOf(int session) => _samples.GetValueOrDefault(session);

    /// <summary>Compares the answers of all sampled sessions with the engine in this process.</summary>
    /// <returns>Steps compared, and the largest difference relative to the largest output.</returns>
    /// <exception cref="LoadException">An answer is wrong.</exception>
    public (int Steps, double Difference) Compare() =>
        (_samples.Values.Sum(static sample => sample.Steps), _samples.Values.Max(sample => sample.Compare(_model.Model, Inputs)));
}
