using Lstm.Engine;

namespace Lstm.Cli.Verify.Bundles;

/// <summary>The references of one output of a case: for every step where it has a time axis or step values, else for the last.</summary>
internal sealed class CaseOutput
{
    private readonly BundleTensor _tensor;
    private readonly BundleTensor? _steps;
    private readonly int _timeAxis;
    private readonly int _batchAxis;

    private CaseOutput(BundleTensor tensor, BundleTensor? steps, int timeAxis, int batchAxis, int size)
    {
        (_tensor, _steps, _timeAxis, _batchAxis, Size) = (tensor, steps, timeAxis, batchAxis, size);
    }

    /// <summary>Values per step.</summary>
    public int Size { get; }

    /// <summary>Whether there are references of what it was after each step.</summary>
    public bool HasSteps => _steps is not null;

    /// <summary>Finds the references and their axes.</summary>
    /// <exception cref="BundleException">There are none, or they do not fit.</exception>
    public static CaseOutput Of(Bundle bundle, TensorInfo output, int batch)
    {
        var tensor = bundle.Get(output.Name);
        var timeAxis = bundle.TimeAxis.GetValueOrDefault(output.Name) ?? output.TimeAxis;
        var batchAxis = bundle.BatchAxis.GetValueOrDefault(output.Name) ?? output.BatchAxis;
        var found = new CaseOutput(tensor, bundle.Find($"step/{output.Name}"), timeAxis, batchAxis, output.Size);
        var steps = timeAxis < 0 ? 1 : tensor.Shape[timeAxis];
        return steps * batch * output.Size == tensor.Values.Length ? found : throw new BundleException(
            bundle.Path,
            $"expected {steps} steps of {batch} rows of {output.Size} values in '{output.Name}' but its shape is [{string.Join(", ", tensor.Shape)}].");
    }

    /// <summary>Compares y(t) of one row with what is known of that step.</summary>
    public void Compare(Comparison comparison, ReadOnlySpan<float> y, int row, int t, bool isLast, Tolerance tolerance)
    {
        if (_timeAxis >= 0)
            comparison.Add(_tensor.Name, y, _tensor.Slice((_timeAxis, t), (_batchAxis, row)), tolerance, t + 1);
        else if (isLast)
            comparison.Add(_tensor.Name, y, _tensor.Slice((_batchAxis, row)), tolerance, t + 1);
    }

    /// <summary>Compares y(t) of one row, as the last of the steps so far, with the reference of that step, where there is one.</summary>
    public void CompareStep(Comparison comparison, ReadOnlySpan<float> y, int row, int t, Tolerance tolerance)
    {
        if (_steps is not null)
            comparison.Add(_steps.Name, y, _steps.Slice((0, t), (_batchAxis < 0 ? -1 : _batchAxis + 1, row)), tolerance, t + 1);
    }
}
