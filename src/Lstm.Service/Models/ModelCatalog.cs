using System.Collections.Frozen;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using Lstm.Engine;
using Lstm.Engine.Scheduling;
using Lstm.Models;
using Lstm.Service.Errors;
using Lstm.Service.Observability;
using Lstm.Service.Options;

namespace Lstm.Service.Models;

/// <summary>The models of the models folder. One that does not load does not stop the others: asking for it tells why.</summary>
internal sealed class ModelCatalog
{
    // A load ends itself when its time is up; one that does not is given up so much later.
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    private readonly ModelsOptions _options;
    private readonly Func<string, CancellationToken, Model> _load;
    private readonly LstmMeter _meter;
    private readonly ILogger<ModelCatalog> _log;
    private readonly Lock _publishing = new();
    private FrozenDictionary<string, ModelStatus> _byName = FrozenDictionary<string, ModelStatus>.Empty;

    /// <summary>Nothing is loaded yet.</summary>
    /// <param name="options">The folder, queues and limits.</param>
    /// <param name="load">Loads a file, until it is cancelled.</param>
    /// <param name="meter">Where models and batches are counted.</param>
    /// <param name="log">Where loads are noted.</param>
    public ModelCatalog(ModelsOptions options, Func<string, CancellationToken, Model> load, LstmMeter meter, ILogger<ModelCatalog> log)
    {
        (_options, _load, _meter, _log) = (options, load, meter, log);
        Directory = Locate(options.Directory);
        meter.ObserveModels(() => ModelStatus.Words.Select(word => new Measurement<int>(All.Count(s => s.Word == word), new KeyValuePair<string, object?>("lstm.status", word))));
    }

    /// <summary>The folder that was read, full path.</summary>
    public string Directory { get; }

    /// <summary>Every model that was found, in the order of the names.</summary>
    public IReadOnlyList<ModelStatus> All { get; private set; } = [];

    /// <summary>The models that loaded.</summary>
    public IEnumerable<ServedModel> Served => All.Where(static s => s.Served is not null).Select(static s => s.Served!); // filtered the line before

    /// <summary>Loads every model of the folder, each served as soon as it is loaded; called once, when the service listens.</summary>
    /// <param name="stopping">Ends it at once.</param>
    /// <returns>Completed when it is known of each whether it loads.</returns>
    /// <exception cref="OperationCanceledException">The service stops.</exception>
    public async Task LoadAsync(CancellationToken stopping)
    {
        if (!System.IO.Directory.Exists(Directory))
        {
            _log.ModelsDirectoryMissing(Directory);
            return;
        }

        var found = ModelFiles.Find(Directory).GroupBy(static f => f.Name, StringComparer.Ordinal).ToArray();
        Publish([.. found.Select(static group => new ModelStatus(group.Key, group.First().Path, null, []))]);
        if (found.Length == 0)
            _log.ModelsDirectoryEmpty(Directory);
        int next = -1;
        // A few wait for files that take their time; the others go on beside them.
        await Task.WhenAll(Enumerable.Range(0, Math.Min(found.Length, Math.Max(4, Environment.ProcessorCount))).Select(async _ =>
        {
            while (Interlocked.Increment(ref next) is var n && n < found.Length)
                Publish(n, await LoadAsync(found[n], stopping));
        }));
    }

    /// <summary>Finds a model that loaded.</summary>
    /// <param name="name">Its name.</param>
    /// <returns>The model.</returns>
    /// <exception cref="LstmException">MODEL_REQUIRED, MODEL_NOT_FOUND (lists the names), MODEL_LOADING or MODEL_LOAD_FAILED (lists the faults).</exception>
    public ServedModel Get(string name)
    {
        if (name.Length == 0)
            throw new LstmException(ErrorCode.ModelRequired, $"The request names no model. {Available()}", ("available", Names()));
        if (!_byName.TryGetValue(name, out var status))
            throw new LstmException(ErrorCode.ModelNotFound, $"There is no model '{name}'. {Available()}", ("model", name), ("available", Names()));
        if (status.Word == "loading")
            throw new LstmException(ErrorCode.ModelLoading, $"Model '{name}' is still being loaded. {Available()}", ("model", name), ("available", Names()));
        return status.Served ?? throw new LstmException(
            ErrorCode.ModelLoadFailed,
            $"Model '{name}' did not load: {string.Join(" ", status.Faults)}",
            ("model", name), ("faults", string.Join("\n", status.Faults)));
    }

    // On a thread of its own: what hangs in it takes none of those that serve.
    private async Task<ModelStatus> LoadAsync(IGrouping<string, (string Name, string Path)> group, CancellationToken stopping)
    {
        var (name, path) = group.First();
        if (group.Count() > 1)
            return Fail(name, path, [$"Several files are named '{name}': {string.Join(", ", group.Select(static f => f.Path))}. Rename all but one."]);
        var load = Task.Factory.StartNew(() => Load(name, path, stopping), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        try
        {
            return await load.WaitAsync(_options.MaxLoadTime + Grace, stopping);
        }
        catch (TimeoutException)
        {
            return Fail(name, path, [$"Loading took longer than {_options.MaxLoadTime} (Lstm:Models:MaxLoadTime) and does not end when it is told to; please report it. It goes on beside the other models until the service stops."]);
        }
    }

    private ModelStatus Load(string name, string path, CancellationToken stopping)
    {
        long start = Stopwatch.GetTimestamp();
        try
        {
            var model = _load(path, stopping);
            ModelProbe.WarmUp(model);
            var tag = new KeyValuePair<string, object?>("lstm.model", name);
            var schedulerOptions = new StepSchedulerOptions
            {
                MaxBatch = Math.Min(_options.MaxBatch, model.Info.MaxBatch),
                MaxQueue = _options.MaxQueue,
                Lanes = _options.Lanes == 0 ? Environment.ProcessorCount : _options.Lanes,
            };
            var scheduler = model.Info.IsStreamable ? new StepScheduler(model, schedulerOptions, run => _meter.BatchRan(run, tag)) : null;
            _log.ModelLoaded(name, path, model.Info.Backend, model.Info.InputSize, model.Info.OutputSize, model.Info.Layers.Count, Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            if (!model.Info.IsBatchInvariant)
                _log.ModelNotInvariant(name, model.Info.InvarianceNote);
            if (!model.Info.IsStreamable)
                _log.ModelNotStreamable(name, string.Join(" ", model.Info.NotStreamable));
            return new(name, path, new(name, model, scheduler, schedulerOptions.MaxBatch), []);
        }
        catch (ModelLoadException e)
        {
            return Fail(name, path, [.. e.Faults.Select(static f => f.ToString())]);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Fail(name, path, [e.Message]);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            _log.ModelLoadUnforeseen(e, name, path);
            return Fail(name, path, [$"Loading failed in a way that no check foresaw ({e.GetType().Name}: {e.Message}); please report it."]);
        }
    }

    private ModelStatus Fail(string name, string path, IReadOnlyList<string> faults)
    {
        _log.ModelFailed(name, path, faults.Count, string.Join(" ", faults));
        return new(name, path, null, faults);
    }

    private void Publish(int n, ModelStatus status)
    {
        lock (_publishing)
            Publish([.. All.Select((s, place) => place == n ? status : s)]);
    }

    private void Publish(ModelStatus[] statuses)
    {
        All = statuses;
        _byName = statuses.ToFrozenDictionary(static s => s.Name, StringComparer.Ordinal);
    }

    private string Available() => All.Count == 0 ? $"There are none in '{Directory}'." : $"Available: {Names()}.";

    private string Names() => string.Join(", ", Served.Select(static m => m.Name));

    private static string Locate(string directory)
    {
        string here = Path.GetFullPath(directory);
        string beside = Path.GetFullPath(directory, AppContext.BaseDirectory);
        return System.IO.Directory.Exists(here) || !System.IO.Directory.Exists(beside) ? here : beside;
    }
}
