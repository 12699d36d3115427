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
    /// <returns>The model; <see cref="ModelInfo.Backend"/> says what runs it, <see cref="ModelInfo.NotNative"/> why it is not the native engine.</returns>
    /// <exception cref="ModelLoadException">No backend runs it, or model.json does not fit it; all faults at once.</exception>
    public static Model Load(string path, ModelLoaderOptions? options = null)
    {
        options ??= ModelLoaderOptions.Default;
        var sidecar = SidecarReader.Read(Path.GetFullPath(path));
        var hints = sidecar?.ToHints() ?? ModelHints.None;
        var ort = new OrtOptions { AllowBatching = sidecar?.AllowBatching ?? options.AllowBatching };
        var model = (sidecar?.Backend ?? options.Backend) switch
        {
            BackendChoice.Native => LoadNative(path, hints, sidecar),
            BackendChoice.OnnxRuntime => OrtBackedModel.Load(path, ort, hints),
            _ => LoadEither(path, hints, sidecar, ort),
        };
        if (sidecar is not null && SidecarCheck.Find(sidecar, model.Info) is { Count: > 0 } faults)
        {
            (model as IDisposable)?.Dispose();
            throw new ModelLoadException(model.Info.Path, faults);
        }
        return model;
    }

    private static Model LoadNative(string path, ModelHints hints, Sidecar? sidecar)
    {
        // What only trial runs could honour is no reason to run something else.
        var model = Model.Load(path, hints);
        return sidecar is not null && SidecarCheck.FindAxisFaults(sidecar, model.Info) is { Count: > 0 } faults
            ? throw new ModelLoadException(model.Info.Path, faults)
            : model;
    }

    private static Model LoadEither(string path, ModelHints hints, Sidecar? sidecar, OrtOptions ort)
    {
        Model native;
        try
        {
            native = LoadNative(path, hints, sidecar);
        }
        catch (ModelLoadException error) when (error.Faults.All(static f => f.Kind != ModelFaultKind.Wrong))
        {
            return LoadInstead(path, hints, ort, error);
        }
        return native.Info.IsStreamable || native.Info.StatePairs.Count == 0 ? native : FindStreaming(native, hints, ort);
    }

    private static OrtBackedModel LoadInstead(string path, ModelHints hints, OrtOptions ort, ModelLoadException native)
    {
        try
        {
            return OrtBackedModel.Load(path, ort, hints, native.Faults);
        }
        catch (ModelLoadException error)
        {
            ModelFault[] further = [.. error.Faults.Where(f => !native.Faults.Any(n => n.Reason == f.Reason)).Select(Attribute)];
            throw new ModelLoadException(native.Path, [.. native.Faults, .. further], error);
        }
    }

    // A graph with states of its own that the native engine runs as a whole only may step in ONNX Runtime.
    private static Model FindStreaming(Model native, ModelHints hints, OrtOptions ort)
    {
        OrtBackedModel other;
        try
        {
            other = OrtBackedModel.Load(native.Info.Path, ort, hints, native.Info.NotStreamable);
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

    private static ModelFault Attribute(ModelFault fault) =>
        fault.Reason.StartsWith(OnnxRuntimePrefix, StringComparison.Ordinal) ? fault : fault with { Reason = $"In {OnnxRuntimePrefix}: {fault.Reason}" };
}
