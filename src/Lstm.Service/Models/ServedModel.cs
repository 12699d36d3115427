using Lstm.Engine;
using Lstm.Engine.Scheduling;

namespace Lstm.Service.Models;

/// <summary>A model that loaded, with its scheduler.</summary>
internal sealed class ServedModel
{
    private readonly StepScheduler? _scheduler;
    private readonly long[] _defaultIntegers;
    private long _openSessions;
    private long _inputValues;

    /// <summary>Puts a model to work.</summary>
    /// <param name="name">Its name for callers.</param>
    /// <param name="model">The model.</param>
    /// <param name="scheduler">The only one of this model; null when it cannot be stepped.</param>
    /// <param name="maxBatch">The most sessions that run together.</param>
    public ServedModel(string name, Model model, StepScheduler? scheduler, int maxBatch)
    {
        Name = name;
        MaxBatch = maxBatch;
        Model = model;
        _scheduler = scheduler;
        Tag = new("lstm.model", name);
        InputSize = model.Info.InputSize;
        OutputSize = model.Info.OutputSize;
        StateSize = model.Info.StateSize;
        GateSize = model.Info.GateSize;
        InputWords = model.Info.InputWords;
        OutputWords = model.Info.OutputWords;
        InputIntegers = new(model.Info.Inputs, InputSize);
        OutputIntegers = new(model.Info.Outputs, OutputSize);
        _defaultIntegers = DefaultsOf(model.Info.Inputs);
    }

    /// <summary>Name for callers.</summary>
    public string Name { get; }

    /// <summary>The engine's model.</summary>
    public Model Model { get; }

    /// <summary>Runs its steps; only where <see cref="ModelInfo.IsStreamable"/>, and no other model has sessions.</summary>
    public StepScheduler Scheduler => _scheduler ?? throw new InvalidOperationException($"Model '{Name}' cannot be stepped.");

    /// <summary>The most sessions that run together.</summary>
    public int MaxBatch { get; }

    /// <summary>The model's name as an attribute of metrics, boxed once.</summary>
    public KeyValuePair<string, object?> Tag { get; }

    /// <summary>Values per step in.</summary>
    public int InputSize { get; }

    /// <summary>Values per step out.</summary>
    public int OutputSize { get; }

    /// <summary>Words of x(t) with its whole numbers exactly: <see cref="ModelInfo.InputWords"/>.</summary>
    public int InputWords { get; }

    /// <summary>Words of y(t) with its whole numbers exactly: <see cref="ModelInfo.OutputWords"/>.</summary>
    public int OutputWords { get; }

    /// <summary>The whole numbers of x(t).</summary>
    public IntegerPlaces InputIntegers { get; }

    /// <summary>The whole numbers of y(t).</summary>
    public IntegerPlaces OutputIntegers { get; }

    /// <summary>Whether rows came with floats only, and model.json has a default for each whole number.</summary>
    /// <param name="count">Number of rows.</param>
    /// <param name="floats">Floats found.</param>
    /// <returns>True when <see cref="DefaultIntegers"/> has them.</returns>
    public bool LeavesIntegersOut(uint count, int floats) =>
        _defaultIntegers.Length > 0 && count > 0 && floats == (long)count * InputIntegers.FloatCount;

    /// <summary>The whole numbers of rows that came with floats only, where model.json has a default for each.</summary>
    /// <param name="count">Number of rows.</param>
    /// <param name="floats">Floats found.</param>
    /// <returns>[count, values of the integer and boolean inputs]; empty where there is no default, or the rows have them.</returns>
    public long[] DefaultIntegers(uint count, int floats) =>
        !LeavesIntegersOut(count, floats) ? []
        : count == 1 ? _defaultIntegers
        : [.. Enumerable.Repeat(_defaultIntegers, (int)count).SelectMany(static row => row)];

    /// <summary>Words of a state.</summary>
    public int StateSize { get; }

    /// <summary>Floats of one step's gates.</summary>
    public int GateSize { get; }

    /// <summary>Sessions open on this model.</summary>
    public long OpenSessions => Interlocked.Read(ref _openSessions);

    /// <summary>Values that they were given when they opened.</summary>
    public long InputValues => Interlocked.Read(ref _inputValues);

    /// <summary>Counts a session in.</summary>
    /// <param name="inputValues">What it was given.</param>
    public void SessionOpened(long inputValues)
    {
        Interlocked.Increment(ref _openSessions);
        Interlocked.Add(ref _inputValues, inputValues);
    }

    /// <summary>Counts a session out.</summary>
    /// <param name="inputValues">What it was given.</param>
    public void SessionEnded(long inputValues)
    {
        Interlocked.Decrement(ref _openSessions);
        Interlocked.Add(ref _inputValues, -inputValues);
    }

    private static long[] DefaultsOf(IReadOnlyList<TensorInfo> inputs)
    {
        TensorInfo[] integers = [.. inputs.Where(static i => i.IsInteger)];
        return integers.Length < inputs.Count && integers.All(static i => i.Values.Count > 0)
            ? [.. integers.SelectMany(static i => Enumerable.Repeat((long)i.Values[0], i.Size))]
            : [];
    }
}
