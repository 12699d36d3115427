using System.Globalization;
using Lstm.Engine;

namespace Lstm.Cli.Inspect;

/// <summary>What is known of a file, for people.</summary>
internal static class InspectText
{
    private const long Million = 1_000_000;

    /// <summary>Writes an inspection.</summary>
    /// <param name="inspection">What is known.</param>
    /// <param name="width">Cells of a line.</param>
    /// <param name="colours">Whether it may have colours.</param>
    /// <returns>The lines.</returns>
    public static IReadOnlyList<string> Of(Inspection inspection, int width, bool colours)
    {
        var text = new Paragraphs(width, colours);
        text.Heading(inspection.Name);
        if (inspection.File is { } file)
            text.Row("file", Join(FileFacts(file)));
        if (inspection.Info is { } info)
            AddModel(text, info);
        else
            text.Row("loads", inspection.Faults.Count == 1 ? "no, for this reason" : $"no, for {inspection.Faults.Count} reasons", Tone.Alarm);
        foreach (var fault in inspection.Faults)
            text.Row("", OneLine(fault), Tone.Alarm);
        if (inspection.File is { } summary)
            AddOperators(text, summary);
        return text.Lines;
    }

    private static IEnumerable<string> FileFacts(FileSummary file)
    {
        yield return Quantities.Bytes(file.Bytes);
        yield return file.Opset is { } opset ? $"opset {opset}" : "no opset";
        yield return $"IR version {file.IrVersion}";
        if (file.Producer.Length > 0)
            yield return $"by {file.Producer}";
        yield return $"sha256 {file.Fingerprint[..12]}…";
    }

    private static void AddModel(Paragraphs text, ModelInfo info)
    {
        text.Row("backend", info.IsBatchInvariant
            ? $"{info.Backend}; a step gives the same bits in any batch"
            : info.MaxBatch == 1 ? $"{info.Backend}; one session a run"
            : $"{info.Backend}; up to {Quantities.Count(info.MaxBatch)} sessions a run, the last bits may depend on the others");
        if (info.InvarianceNote.Length > 0)
            text.Row("", OneLine(info.InvarianceNote), Tone.Uneasy);
        text.Row("streams", info.IsStreamable ? "yes, one timestep at a time" : "no, whole sequences only (predict)", info.IsStreamable ? Tone.Calm : Tone.Uneasy);
        foreach (var reason in info.NotStreamable)
            text.Row("", OneLine(reason), Tone.Uneasy);
        text.Row("time", TimeAxis(info));
        if (info.SequenceLength is { } exact)
            text.Row("length", $"exactly {Quantities.Count(exact)} {(exact == 1 ? "timestep" : "timesteps")}, as the file was exported");
        else if (info.LongestSequence < int.MaxValue)
            text.Row("length", $"{(info.ShortestSequence > 1 ? $"{info.ShortestSequence} to" : "at most")} {Quantities.Count(info.LongestSequence)} timesteps");
        AddTensors(text, "inputs", info.Inputs);
        // Never with steps: 0 is an axis of any length.
        text.Table("given once", [.. info.SessionInputs.Select(static t => new[] { t.Name, t.ElementType, Shape(t.Shape), $"when a session opens{(t.Axes.Length > 0 ? $"; in the file {t.Axes}" : "")}" })]);
        AddTensors(text, "outputs", info.Outputs);
        foreach (var remark in info.Remarks)
            text.Row("remark", remark.Reason, Tone.Uneasy);
        if (info.Layers.Count == 0)
            text.Row("layers", "no LSTM, GRU or RNN node");
        text.Table("layers", [.. info.Layers.Select(static l => new[] { l.Kind, l.Name, l.Direction, $"{l.InputSize} → {l.HiddenSize}", $"{Quantities.Count(l.ParameterCount)} parameters" })]);
        text.Row("parameters", $"{Quantities.Count(info.ParameterCount)} in all");
        if (info.Weights != WeightFormat.Float32)
            text.Row("weights", $"kept as {WeightFormats.NameOf(info.Weights)} in recurrent layers, as model.json asks: faster, less exact", Tone.Uneasy);
        AddState(text, info);
        if (info.FlopsPerStep > 0)
            text.Row("cost", $"{Quantities.Flops(info.FlopsPerStep)} a timestep");
    }

    private static string TimeAxis(ModelInfo info)
    {
        var axes = info.Inputs.Concat(info.Outputs).Where(static t => t.TimeAxis >= 0).GroupBy(static t => t.TimeAxis).ToArray();
        string[] without = [.. info.Outputs.Where(static t => t.TimeAxis < 0).Select(static t => t.Name)];
        if (axes.Length == 0)
            return "no axis: the graph is one timestep";
        string with = string.Join("; ", axes.Select(static a => $"axis {a.Key} of {string.Join(", ", a.Select(static t => t.Name))}"));
        return without.Length == 0 ? with : $"{with}; none in {string.Join(", ", without)}";
    }

    private static void AddTensors(Paragraphs text, string label, IReadOnlyList<TensorInfo> tensors)
    {
        text.Table(label, [.. tensors.Select(static t => new[]
        {
            t.Name, t.ElementType, Shape(t.Shape),
            $"{(t.EveryStep ? "a timestep" : "after the last timestep")}{(t.Axes.Length > 0 ? $"; in the file {t.Axes}" : "")}",
        })]);
        foreach (var tensor in tensors)
        {
            if (tensor.Values.Count > 0)
                text.Row("", $"{tensor.Name}: {string.Join(" or ", tensor.Values.Select(static v => v.ToString(CultureInfo.InvariantCulture)))}{(tensor.Values.Count > 1 ? ", the first by default" : "")}");
            if (tensor.Notes is { } said && Notes(said).ToArray() is { Length: > 0 } notes)
                text.Row("", $"{tensor.Name}: {string.Join("; ", notes)}");
        }
    }

    private static IEnumerable<string> Notes(TensorNotes notes)
    {
        if (notes.Name is { } name)
            yield return $"called {name}";
        if (notes.Features.Count > 0)
            yield return $"features {string.Join(", ", notes.Features)}";
        if (notes.Units.Count > 0)
            yield return $"in {string.Join(", ", notes.Units)}";
        if (notes.Quantiles.Count > 0)
            yield return $"quantiles {string.Join(", ", notes.Quantiles.Select(static q => q.ToString(CultureInfo.InvariantCulture)))}";
    }

    private static void AddState(Paragraphs text, ModelInfo info)
    {
        if (info.StateSize == 0)
            text.Row("state", info.IsStreamable ? "none: no timestep depends on those before" : "inside the graph, from its start to its end");
        else
        {
            text.Row("state", info.IsStreamable
                ? $"{Quantities.Bytes(info.StateBytes)} a session; those of a million take {Quantities.Bytes((double)info.StateBytes * Million)}"
                : $"{Quantities.Bytes(info.StateBytes)} a sequence");
            text.Row("", Join(info.States.Select(static s => s.IsInteger ? $"{s.Name} {Shape(s.Shape)} {s.ElementType}" : $"{s.Name} {Shape(s.Shape)}")));
        }

        text.Table("state pairs", [.. info.StatePairs.Select(static p => new[] { p.Input, p.Output.Length > 0 ? $"→ {p.Output}" : "→ nothing", p.Found })]);
        if (info.FrameContext > 0)
            text.Row("context", $"{Quantities.Count(info.FrameContext)} past samples are kept and put before each frame");
    }

    private static void AddOperators(Paragraphs text, FileSummary file)
    {
        text.Row("operators", Join(file.Operators.Select(static o => $"{o.Name} {o.Nodes.Count}")));
        string label = "missing";
        foreach (var unknown in file.Operators.Where(static o => !o.IsNative))
        {
            text.Row(label, $"{unknown.Name}: {Join(unknown.Nodes)}", Tone.Uneasy);
            label = "";
        }
    }

    // A list, broken between its items only.
    private static string Join(IEnumerable<string> items) => string.Join(", ", items.Select(static i => i.Replace(' ', Paragraphs.NoBreak)));

    private static string Shape(IReadOnlyList<int> shape) => $"[{string.Join(", ", shape)}]";

    private static string OneLine(ModelFault fault) => OneLine(fault.ToString());

    private static string OneLine(string text) =>
        string.Join(' ', text.Split(['\r', '\n'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
}
