using System.Collections.Frozen;
using System.Diagnostics;
using Lstm.Engine;
using Lstm.Engine.Scheduling;
using Lstm.Service.Errors;
using Lstm.Service.Observability;
using Lstm.Service.Options;

namespace Lstm.Service.Models;

/// <summary>The models of the models folder. One that does not load does not stop the others: asking for it tells why.</summary>
internal sealed class ModelCatalog(ModelsOptions options, Func<string, Model> load, LstmMeter meter, ILogger<ModelCatalog> log)
{
    private FrozenDictionary<string, ModelStatus> _byName = FrozenDictionary<string, ModelStatus>.Empty;

    /// <summary>The folder that was read, full path.</summary>
    public string Directory { get; } = Locate(options.Directory);

    /// <summary>Every model that was found, in the order of the names.</summary>
    public IReadOnlyList<ModelStatus> All { get; private set; } = [];

    /// <summary>The models that loaded.</summary>
    public IEnumerable<ServedModel> Served => All.Where(static s => s.Served is not null).Select(static s => s.Served!); // filtered the line before

    /// <summary>Loads every model of the folder; called once, before the service listens.</summary>
    public void Load()
    {
        if (!System.IO.Directory.Exists(Directory))
        {
            log.ModelsDirectoryMissing(Directory);
            return;
        }

        var found = ModelFiles.Find(Directory);
        var statuses = found.GroupBy(static f => f.Name, StringComparer.Ordinal).AsParallel().AsOrdered()
            .Select(group => group.Count() == 1
                ? Load(group.Key, group.First().Path)
                : Fail(group.Key, group.First().Path, [$"Several files are named '{group.Key}': {string.Join(", ", group.Select(static f => f.Path))}. Rename all but one."]))
            .ToArray();
        All = statuses;
        _byName = statuses.ToFrozenDictionary(static s => s.Name, StringComparer.Ordinal);
        if (statuses.Length == 0)
            log.ModelsDirectoryEmpty(Directory);
    }

    /// <summary>Finds a model that loaded.</summary>
    /// <param name="name">Its name.</param>
    /// <returns>The model.</returns>
    /// <exception cref="LstmException">MODEL_REQUIRED, MODEL_NOT_FOUND (lists the names) or MODEL_LOAD_FAILED (lists the faults).</exception>
    public ServedModel Get(string name)
    {
        if (name.Length == 0)
            throw new LstmException(ErrorCode.ModelRequired, $"The request names no model. {Available()}", ("available", Names()));
        if (!_byName.TryGetValue(name, out var status))
            throw new LstmException(ErrorCode.ModelNotFound, $"There is no model '{name}'. {Available()}", ("model", name), ("available", Names()));
        return status.Served ?? throw new LstmException(
            ErrorCode.ModelLoadFailed,
            $"Model '{name}' did not load: {string.Join(" ", status.Faults)}",
            ("model", name), ("faults", string.Join("\n", status.Faults)));
    }

    private ModelStatus Load(string name, string path)
    {
        long start = Stopwatch.GetTimestamp();
        try
        {
            var model = load(path);
            Warm(model);
            var tag = new KeyValuePair<string, object?>("lstm.model", name);
            var schedulerOptions = new StepSchedulerOptions
            {
                MaxBatch = Math.Min(options.MaxBatch, model.Info.MaxBatch),
                MaxQueue = options.MaxQueue,
                Lanes = options.Lanes == 0 ? Environment.ProcessorCount : options.Lanes,
            };
            var scheduler = model.Info.IsStreamable ? new StepScheduler(model, schedulerOptions, run => meter.BatchRan(run, tag)) : null;
            log.ModelLoaded(name, path, model.Info.Backend, model.Info.InputSize, model.Info.OutputSize, model.Info.Layers.Count, Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            if (model.Info.NotNative.Count > 0)
                log.ModelNotNative(name, model.Info.Backend, string.Join(" ", model.Info.NotNative));
            if (!model.Info.IsStreamable)
                log.ModelNotStreamable(name, string.Join(" ", model.Info.NotStreamable));
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
    }

    // The first run compiles the cells; no client should wait for that.
    private static void Warm(Model model)
    {
        int length = model.Info.IsStreamable ? 1 : model.Info.SequenceLength ?? 1;
        var (x, y) = (new float[length * model.Info.InputSize], new float[length * model.Info.OutputSize]);
        if (model.Info.IsStreamable)
            model.Step(model.CreateState(), x, y);
        else
            model.Predict([new(model.CreateState(), length, x, y)]);
    }

    private ModelStatus Fail(string name, string path, IReadOnlyList<string> faults)
    {
        log.ModelFailed(name, path, faults.Count, string.Join(" ", faults));
        return new(name, path, null, faults);
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
