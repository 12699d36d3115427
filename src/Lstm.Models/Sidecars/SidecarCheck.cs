using Lstm.Engine;

namespace Lstm.Models.Sidecars;

/// <summary>Checks what a model.json says against the model that it is about.</summary>
internal static class SidecarCheck
{
    /// <summary>What does not fit.</summary>
    /// <param name="sidecar">The file.</param>
    /// <param name="info">The model.</param>
    /// <returns>The faults.</returns>
    public static IReadOnlyList<ModelFault> Find(Sidecar sidecar, ModelInfo info)
    {
        var faults = new List<string>();
        if (info.Weights != sidecar.Weights)
            faults.Add($"weights is \"{WeightFormats.NameOf(sidecar.Weights)}\"; only the native engine keeps them so, and this model runs in ONNX Runtime. Leave the field out.");
        Check(sidecar.Inputs, [.. info.Inputs, .. info.SessionInputs], "inputs", faults, info.StatePairs.Select(static p => p.Input));
        foreach (var (name, input) in sidecar.Inputs)
        {
            if (input.Given == InputGiven.Session && info.SessionInputs.All(i => i.Name != name) && info.Inputs.Any(i => i.Name == name))
                faults.Add($"inputs.{name}.given is \"session\", but the model takes it with every step: it has an axis of time, or the graph does not run so.");
        }
        Check(sidecar.Outputs, info.Outputs, "outputs", faults, info.StatePairs.Select(static p => p.Output));
        return [.. faults.Select(sidecar.Fault)];
    }

    /// <summary>Axes that differ from those that the native engine found, or that it cannot be told.</summary>
    /// <param name="sidecar">The file.</param>
    /// <param name="info">The model as it was loaded natively.</param>
    /// <returns>The faults; another backend may honour what they are about.</returns>
    public static IReadOnlyList<ModelFault> FindAxisFaults(Sidecar sidecar, ModelInfo info)
    {
        var faults = new List<string>();
        foreach (var (place, name, said) in sidecar.All)
        {
            var found = info.Inputs.Concat(info.Outputs).FirstOrDefault(t => t.Name == name);
            if (found is not null && said.Layout.TimeAxis is { } time && time != found.TimeAxis)
                faults.Add($"{place}.time_axis is {time}, but the native engine finds {(found.TimeAxis < 0 ? "none" : $"it on axis {found.TimeAxis}")}.");
            if (found is not null && said.Layout.BatchAxis is { } batch && batch != found.BatchAxis)
                faults.Add($"{place}.batch_axis is {batch}, but the native engine finds {(found.BatchAxis < 0 ? "none" : $"it on axis {found.BatchAxis}")}.");
        }
        return [.. faults.Select(f => sidecar.Fault(f) with { Kind = ModelFaultKind.Unsupported })];
    }

    private static void Check(IReadOnlyDictionary<string, SidecarTensor> said, IReadOnlyList<TensorInfo> tensors, string role, List<string> faults, IEnumerable<string> states)
    {
        foreach (var (name, tensor) in said)
        {
            if (tensors.FirstOrDefault(t => t.Name == name) is { } found)
                Check($"{role}.{name}", tensor, found, faults);
            else if (!states.Contains(name))
                faults.Add($"the model has no '{name}' among its {role}: {string.Join(", ", tensors.Select(static t => $"'{t.Name}'"))}.");
            else if (tensor.Notes is not { Name: null, Features.Count: 0, Units.Count: 0, Quantiles.Count: 0 } || tensor.Layout.Values is not null)
                faults.Add($"{role}.{name} is a state, which a session keeps; only axes can be given for it.");
        }
        var names = tensors.Select(t => said.GetValueOrDefault(t.Name)?.Notes.Name ?? t.Name);
        foreach (var twice in names.GroupBy(static n => n).Where(static g => g.Count() > 1))
            faults.Add($"several {role} are called '{twice.Key}'; expected a name for each.");
    }

    private static void Check(string place, SidecarTensor said, TensorInfo tensor, List<string> faults)
    {
        var notes = said.Notes;
        if (said.Layout.Values is { } values && !tensor.ElementType.StartsWith("float", StringComparison.Ordinal) && values.Any(static v => v != Math.Truncate(v)))
            faults.Add($"{place}.values has fractions, but the input is of type {tensor.ElementType}.");
        if (notes.Features.Count > 0 && notes.Features.Count != tensor.Size)
            faults.Add($"{place}.features has {notes.Features.Count} names, but a timestep has {tensor.Size} values.");
        if (notes.Features.GroupBy(static f => f).FirstOrDefault(static g => g.Count() > 1) is { } twice)
            faults.Add($"{place}.features has '{twice.Key}' twice.");
        if (notes.Units.Count > 1 && notes.Units.Count != tensor.Size)
            faults.Add($"{place}.units has {notes.Units.Count} units, but a timestep has {tensor.Size} values; expected one for each or one for all.");
        var width = tensor.Shape.Count > 0 ? tensor.Shape[^1] : 1;
        if (notes.Quantiles.Count > 0 && notes.Quantiles.Count != width)
            faults.Add($"{place}.quantiles has {notes.Quantiles.Count} numbers, but the last axis has {width} values.");
        if (notes.Quantiles.Any(static q => q is not (> 0 and < 1)) || notes.Quantiles.Zip(notes.Quantiles.Skip(1)).Any(static q => q.First >= q.Second))
            faults.Add($"{place}.quantiles has to be numbers between 0 and 1, ascending.");
    }
}
