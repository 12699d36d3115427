using Lstm.Engine;

namespace Lstm.Cli.Verify.Bundles;

/// <summary>An input of a case, taken apart by row of the batch and by step.</summary>
internal sealed class CaseSeries
{
    private readonly BundleTensor _tensor;
    private readonly int _timeAxis;
    private readonly int _batchAxis;

    private CaseSeries(BundleTensor tensor, int timeAxis, int batchAxis, int size)
    {
        (_tensor, _timeAxis, _batchAxis, Size) = (tensor, timeAxis, batchAxis, size);
    }

    /// <summary>Values per step.</summary>
    public int Size { get; }

    /// <summary>T; 1 for an input without time axis, whose values then hold for every step.</summary>
    public int Steps => _timeAxis < 0 ? 1 : _tensor.Shape[_timeAxis];

    /// <summary>B.</summary>
    public int Batch => _batchAxis < 0 ? 1 : _tensor.Shape[_batchAxis];

    /// <summary>Finds the axes and checks that one step of one row has the size that the engine wants.</summary>
    /// <exception cref="BundleException">It has not.</exception>
    public static CaseSeries Of(Bundle bundle, TensorInfo input)
    {
        var tensor = bundle.Get(input.Name);
        var size = input.Size;
        var series = new CaseSeries(tensor, AxisOf(bundle, bundle.TimeAxis, tensor, input.TimeAxis), AxisOf(bundle, bundle.BatchAxis, tensor, input.BatchAxis), size);
        return series.Steps * series.Batch * size == tensor.Values.Length ? series : throw new BundleException(
            bundle.Path,
            $"expected {series.Steps} steps of {series.Batch} rows of {size} values in '{tensor.Name}' but its shape is [{string.Join(", ", tensor.Shape)}].");
    }

    /// <summary>Copies x(t) of one row.</summary>
    public void CopyTo(Span<float> destination, int row, int t)
    {
        var values = _tensor.Slice((_timeAxis, _timeAxis < 0 ? 0 : t), (_batchAxis, row));
        for (var i = 0; i < values.Length; i++)
            destination[i] = (float)values[i];
    }

    // Where the case does not say it, the engine's reading counts: a wrong one gives other numbers.
    private static int AxisOf(Bundle bundle, IReadOnlyDictionary<string, int?> axes, BundleTensor tensor, int understood)
    {
        var axis = axes.GetValueOrDefault(tensor.Name) ?? understood;
        return axis < tensor.Shape.Count ? axis : throw new BundleException(
            bundle.Path, $"'{tensor.Name}' has {tensor.Shape.Count} axes but its time or batch axis is said to be {axis}.");
    }
}
