using Lstm.Engine;
using Lstm.Models.Sidecars;
using Lstm.OnnxRuntime;

namespace Lstm.Models;

/// <summary>Loads models: natively where that is possible, otherwise in ONNX Runtime; with the model.json beside the file, if there is one.</summary>
public static class ModelLoader
{
    private const string OnnxRuntimePrefix = "ONNX Runtime";

    /// <summary>Loads a model.</summary>
    /// <param name="path">The .onnx file; what model.json may say beside it is in docs/models.md.</param>
    /// <param name="options">How; null for the defaults.</param>
    /// <param name="cancellation">Ends the load at once.</param>
    /// <returns>The model; <see cref="ModelInfo.Backend"/> says what runs it, <see cref="ModelInfo.NotNative"/> why it is not the native engine.</returns>
    /// <exception cref="ModelLoadException">No backend runs it, it takes more than its limits, or model.json does not fit it; all faults at once.</exception>
    /// <exception cref="OperationCanceledException">The caller wants no more.</exception>
    public static Model Load(string path, ModelLoaderOptions? options = null, CancellationToken cancellation = default)
    {
        options ??= ModelLoaderOptions.Default;
        using var budget = new LoadBudget(options.Limits, cancellation);
        var sidecar = SidecarReader.Read(Path.GetFullPath(path));
        var hints = sidecar?.ToHints() ?? ModelHints.None;
        var ort = new OrtOptions { AllowBatching = sidecar?.AllowBatching ?? options.AllowBatching, MaxRunTime = options.MaxRunTime };
        var inOrt = new OrtLoad(path, ort, hints, options, budget);
        var model = (sidecar?.Backend ?? options.Backend) switch
        {
            BackendChoice.Native => LoadNative(path, hints, sidecar, budget),
            BackendChoice.OnnxRuntime => inOrt.Load(null),
            _ => LoadEither(path, hints, sidecar, inOrt, budget),
        };
        if (sidecar is not null && SidecarCheck.Find(sidecar, model.Info) is { Count: > 0 } faults)
        {
            (model as IDisposable)?.Dispose();
            throw new ModelLoadException(model.Info.Path, faults);
        }
        return model;
    }

    private static Model LoadNative(string path, ModelHints hints, Sidecar? sidecar, LoadBudget budget)
    {
        // What only trial runs could honour is no reason to run something else.
        var model = Model.Load(path, hints, budget);
        return sidecar is not null && SidecarCheck.FindAxisFaults(sidecar, model.Info) is { Count: > 0 } faults
            ? throw new ModelLoadException(model.Info.Path, faults)
            : model;
    }

    private static Model LoadEither(string path, ModelHints hints, Sidecar? sidecar, OrtLoad inOrt, LoadBudget budget)
    {
        Model native;
        try
        {
            native = LoadNative(path, hints, sidecar, budget);
        }
        catch (ModelLoadException error) when (error.Faults.All(static f => f.Kind is not (ModelFaultKind.Wrong or ModelFaultKind.Limit)))
        {
            return LoadInstead(inOrt, error);
        }
        return native.Info.IsStreamable || !MayHaveStates(native.Info) ? native : FindStreaming(native, inOrt);
    }

    // Without a recurrent node, what reads as time may be a context that is given once, and a state may go in and out.
    private static bool MayHaveStates(ModelInfo info) =>
        info.StatePairs.Count > 0 || (info.Layers.Count == 0 && info.Inputs.Count > 1 && info.Outputs.Count > 1);

    private static OrtBackedModel LoadInstead(OrtLoad inOrt, ModelLoadException native)
    {
        try
        {
            return inOrt.Load(native.Faults);
        }
        catch (ModelLoadException error)
        {
            ModelFault[] further = [.. error.Faults.Where(f => !native.Faults.Any(n => n.Reason == f.Reason)).Select(Attribute)];
            throw new ModelLoadException(native.Path, [.. native.Faults, .. further], error);
        }
    }

    // A graph with states of its own that the native engine runs as a whole only may step in ONNX Runtime.
    private static Model FindStreaming(Model native, OrtLoad inOrt)
    {
        OrtBackedModel other;
        try
        {
            other = inOrt.Load(native.Info.NotStreamable);
        }
        catch (ModelLoadException)
        {
            return native;
        }
        if (other.Info.IsStreamable)
            return other;
        other.Dispose();
        return native;
    }

    // One load into ONNX Runtime: first where it can be stopped, then here.
    private sealed record OrtLoad(string Path, OrtOptions Ort, ModelHints Hints, ModelLoaderOptions Options, LoadBudget Budget)
    {
        public OrtBackedModel Load(IReadOnlyList<ModelFault>? notNative)
        {
            Options.Probe?.Check(Path, Options, Budget);
            return OrtBackedModel.Load(Path, Ort, Hints, notNative, Budget);
        }
    }

    private static ModelFault Attribute(ModelFault fault) =>
        fault.Kind == ModelFaultKind.Limit || fault.Reason.StartsWith(OnnxRuntimePrefix, StringComparison.Ordinal) ? fault : fault with { Reason = $"In {OnnxRuntimePrefix}: {fault.Reason}" };
}
