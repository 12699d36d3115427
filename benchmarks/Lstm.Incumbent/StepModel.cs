using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using SessionOptions = Microsoft.ML.OnnxRuntime.SessionOptions;

namespace Lstm.Incumbent;

/// <summary>A file in ONNX Runtime whose state goes in and out: x, h0, c0 → y, hn, cn. One thread a run, so that the server's threads do not fight.</summary>
internal sealed class StepModel : IDisposable
{
    private readonly InferenceSession _session;
    private readonly (string Input, string Output)[] _pairs;
    private readonly string _x;
    private readonly string _y;

    /// <summary>Loads a file.</summary>
    /// <param name="path">The .onnx file.</param>
    /// <exception cref="NotSupportedException">It is not float32 throughout, or has more than one input or output beside its states.</exception>
    public StepModel(string path)
    {
        using var options = new SessionOptions
        {
            IntraOpNumThreads = 1,
            InterOpNumThreads = 1,
            ExecutionMode = ExecutionMode.ORT_SEQUENTIAL,
            GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_ALL,
        };
        _session = new InferenceSession(path, options);
        // Its author knows this of his file; the engine finds it in any.
        _pairs = [.. Engine.Model.Load(path).Info.StatePairs.Select(static p => (p.Input, p.Output))];
        string[] inputs = [.. _session.InputNames.Except(_pairs.Select(static p => p.Input))];
        string[] outputs = [.. _session.OutputNames.Except(_pairs.Select(static p => p.Output))];
        bool isFloat = _session.InputMetadata.Values.Concat(_session.OutputMetadata.Values).All(static m => m.IsTensor && m.ElementDataType == TensorElementType.Float);
        if (!isFloat || inputs.Length != 1 || outputs.Length != 1 || _pairs.Select(static p => p.Output).Distinct().Count() != _pairs.Length)
            throw new NotSupportedException($"{path}: expected float32 tensors with one input and one output beside the states; compare other models with --against none.");
        (_x, _y) = (inputs[0], outputs[0]);
        StateSize = _pairs.Sum(pair => Size(_session.InputMetadata[pair.Input]));
    }

    /// <summary>Floats of a session's state.</summary>
    public int StateSize { get; }

    /// <summary>Floats of x.</summary>
    public int InputSize => Size(_session.InputMetadata[_x]);

    /// <summary>Makes what one thread needs to step.</summary>
    /// <returns>Dispose of it.</returns>
    public StepLane CreateLane() => new(_session, Tensor(_session.InputMetadata, _x), Tensor(_session.OutputMetadata, _y), [.. _pairs.Select(pair =>
        (Tensor(_session.InputMetadata, pair.Input), new BoundTensor(pair.Output, Shape(_session.InputMetadata[pair.Input]))))]);

    /// <inheritdoc/>
    public void Dispose() => _session.Dispose();

    private static BoundTensor Tensor(IReadOnlyDictionary<string, NodeMetadata> ports, string name) => new(name, Shape(ports[name]));

    // One step of one session: axes that the file leaves open are 1.
    private static long[] Shape(NodeMetadata port) => Array.ConvertAll(port.Dimensions, static n => n < 0 ? 1L : n);

    private static int Size(NodeMetadata port) => (int)Shape(port).Aggregate(1L, static (product, n) => product * n);
}
