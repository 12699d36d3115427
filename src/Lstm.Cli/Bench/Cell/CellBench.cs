using System.Diagnostics;
using Lstm.Engine;
using Lstm.Engine.Kernels;
using Lstm.OnnxRuntime;

namespace Lstm.Cli.Bench.Cell;

/// <summary>Times one cell in the native engine and in ONNX Runtime, turn by turn on one core.</summary>
/// <param name="plan">How long and how often.</param>
internal sealed class CellBench(CellPlan plan)
{
    /// <summary>Measures one cell for several batches.</summary>
    /// <param name="shape">The cell.</param>
    /// <param name="batches">Widths of the batches.</param>
    /// <param name="limits">What the machine allows.</param>
    /// <returns>A result a batch, as soon as it is there.</returns>
    public IEnumerable<CellResult> Run(CellShape shape, IReadOnlyList<int> batches, MachineLimits limits)
    {
        string path = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(path, CellModel.Create(shape));
            using OrtModel? peer = plan.WithPeer ? OrtModel.Load(path) : null;
            var model = NativeModel.Load(path, plan.Width, new ModelHints { Weights = plan.Weights });
            foreach (int batch in batches)
            {
                yield return Run(shape, batch, model, peer, limits);
            }
        }
        finally
        {
            File.Delete(path);
        }
    }

    /// <summary>Runs all paths of the code for long enough that the runtime compiles them for good, as in a server that has run for a while.</summary>
    /// <param name="shape">The cell; its sizes do not matter.</param>
    /// <param name="batches">Widths of the batches.</param>
    public void WarmUp(CellShape shape, IReadOnlyList<int> batches)
    {
        string path = Path.GetTempFileName();
        File.WriteAllBytes(path, CellModel.Create(shape with { Input = 80, Hidden = 80 }));
        var model = NativeModel.Load(path, plan.Width, new ModelHints { Weights = plan.Weights });
        File.Delete(path);
        Action[] runs = [.. batches.Select(batch => new LayerLoop(model, batch, static _ => { })).Select(static l => (Action)l.Run), .. batches.Select(batch => new StepLoop(model, batch, static _ => { })).Select(static s => (Action)s.Run)];
        long start = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(start) < plan.WarmUp)
        {
            Array.ForEach(runs, static run => run());
        }
    }

    private CellResult Run(CellShape shape, int batch, NativeModel model, OrtModel? peer, MachineLimits limits)
    {
        var random = new Random(batch);
        using var binding = peer is null ? null : new OrtBinding(peer, batch, values => Fill(values, random));
        var layers = new LayerLoop(model, batch, values => Fill(values, random));
        var steps = new StepLoop(model, batch, values => Fill(values, random));
        Action[] contenders = binding is null ? [layers.Run, steps.Run] : [layers.Run, steps.Run, binding.Run];
        double[][] times = new Turns(plan).Measure(contenders);
        double us = Median(times[0]);
        double limit = limits.Microseconds(shape.Flops * batch, shape.Weights * PackedMatrix.BytesOf(plan.Weights));
        return new CellResult
        {
            Cell = shape.Cell,
            Input = shape.Input,
            Hidden = shape.Hidden,
            Layers = shape.Layers,
            Head = shape.Head,
            Batch = batch,
            Weights = WeightFormats.NameOf(plan.Weights),
            Us = us,
            StepUs = Median(times[1]),
            LimitUs = limit,
            OfLimit = limit / us,
            OnnxRuntimeUs = binding is null ? null : Median(times[2]),
            Ratio = binding is null ? null : Median([.. times[2].Zip(times[0], static (theirs, ours) => theirs / ours)]),
            StepRatio = binding is null ? null : Median([.. times[2].Zip(times[1], static (theirs, ours) => theirs / ours)]),
        };
    }

    private static void Fill(Span<float> values, Random random)
    {
        foreach (ref float value in values)
        {
            value = (2 * random.NextSingle()) - 1;
        }
    }

    private static double Median(double[] values)
    {
        double[] sorted = [.. values.Order()];
        int middle = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
