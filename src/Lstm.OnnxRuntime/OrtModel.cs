using Google.Protobuf;
using Lstm.Engine;
using Lstm.Engine.Onnx;
using Microsoft.ML.OnnxRuntime;

namespace Lstm.OnnxRuntime;

/// <summary>An ONNX file loaded into ONNX Runtime on one thread: the peer that the native engine is compared with.</summary>
/// <remarks>Runs are stateless; <see cref="OrtStepper"/> carries a state from step to step. Any number of threads may run it at once.</remarks>
public sealed class OrtModel : IDisposable
{
    private readonly InferenceSession _session;

    private OrtModel(string path, InferenceSession session)
    {
        Path = path;
        _session = session;
        Inputs = [.. session.InputNames.Select(name => Describe(name, session.InputMetadata[name]))];
        Outputs = [.. session.OutputNames.Select(name => Describe(name, session.OutputMetadata[name]))];
    }

    /// <summary>Version of the native library, e.g. "1.29.0".</summary>
    public static string Version => OrtEnv.Instance().GetVersionString();

    /// <summary>The file's full path.</summary>
    public string Path { get; }

    /// <summary>The graph's inputs, states among them, in the file's order.</summary>
    public IReadOnlyList<OrtPort> Inputs { get; }

    /// <summary>The graph's outputs, states among them, in the file's order.</summary>
    public IReadOnlyList<OrtPort> Outputs { get; }

    internal InferenceSession Session => _session;

    /// <summary>Loads an ONNX file.</summary>
    /// <param name="path">The .onnx file.</param>
    /// <returns>The model; dispose of it.</returns>
    /// <exception cref="ModelLoadException">ONNX Runtime does not load the file; what it says is the fault.</exception>
    public static OrtModel Load(string path) => LoadFile(path, GraphOptimizationLevel.ORT_ENABLE_ALL);

    /// <summary>Loads an ONNX file without rewriting its graph: the referee for graphs that the optimiser was never tried on.</summary>
    /// <param name="path">The .onnx file.</param>
    /// <returns>The model; dispose of it.</returns>
    internal static OrtModel LoadAsWritten(string path) => LoadFile(path, GraphOptimizationLevel.ORT_DISABLE_ALL);

    private static OrtModel LoadFile(string path, GraphOptimizationLevel optimization)
    {
        var fullPath = System.IO.Path.GetFullPath(path);
        if (!File.Exists(fullPath))
            throw new ModelLoadException(fullPath, [new ModelFault("", "", "There is no such file. Check the path.")]);
        return Load(fullPath, optimization, ReadDataBeside(fullPath));
    }

    /// <summary>Loads a graph that was checked from memory, so that it is exactly that one and ONNX Runtime opens no file.</summary>
    /// <param name="file">The file, without faults.</param>
    /// <returns>The model.</returns>
    /// <exception cref="ModelLoadException">ONNX Runtime does not load it; what it says is the fault.</exception>
    internal static OrtModel Load(OnnxFile file) => Load(file.Path, GraphOptimizationLevel.ORT_ENABLE_ALL, file.Model.ToByteArray());

    /// <summary>Loads a graph that was checked from memory, to look at values inside it.</summary>
    /// <param name="file">The file, without faults.</param>
    /// <param name="outputs">Names of values that become outputs after the others.</param>
    /// <returns>The model.</returns>
    /// <exception cref="ModelLoadException">ONNX Runtime does not load it; what it says is the fault.</exception>
    internal static OrtModel LoadWith(OnnxFile file, IEnumerable<string> outputs)
    {
        var model = file.Model.Clone();
        model.Graph.Output.Add(outputs.Select(static name => new Engine.Onnx.Schema.ValueInfoProto { Name = name }));
        return Load(file.Path, GraphOptimizationLevel.ORT_ENABLE_ALL, model.ToByteArray());
    }

    // Weights in other files are read by our rules, never by those of ONNX Runtime. Null when there are none.
    private static byte[]? ReadDataBeside(string fullPath)
    {
        OnnxFile file;
        try
        {
            file = OnnxFile.ReadUnchecked(fullPath);
        }
        catch (ModelLoadException)
        {
            return null; // ONNX Runtime has words of its own for what is no model.
        }
        return file.External.Faults.Count > 0 ? throw new ModelLoadException(fullPath, file.External.Faults)
            : file.External.Files.Count > 0 ? file.Model.ToByteArray()
            : null;
    }

    private static OrtModel Load(string fullPath, GraphOptimizationLevel optimization, byte[]? bytes) => Load(fullPath, options =>
    {
        options.GraphOptimizationLevel = optimization;
        return bytes is null ? new InferenceSession(fullPath, options) : new InferenceSession(bytes, options);
    });

    private static OrtModel Load(string fullPath, Func<SessionOptions, InferenceSession> create)
    {
        try
        {
            using var options = new SessionOptions
            {
                // One thread, as the native engine steps: a fair peer, and the same sums in the same order on every run.
                IntraOpNumThreads = 1,
                InterOpNumThreads = 1,
                ExecutionMode = ExecutionMode.ORT_SEQUENTIAL,
                // What goes wrong comes as an exception; the native library must not write on our standard error as well.
                LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL,
            };
            return new OrtModel(fullPath, create(options));
        }
        catch (OnnxRuntimeException error)
        {
            throw new ModelLoadException(fullPath, [new ModelFault("", "", $"ONNX Runtime {Version} says: {error.Message.Trim()}")], error);
        }
        catch (Exception error) when ((error.InnerException ?? error) is DllNotFoundException or BadImageFormatException or EntryPointNotFoundException)
        {
            throw new ModelLoadException(fullPath, [new ModelFault("", "",
                "ONNX Runtime's native library (libonnxruntime.so, onnxruntime.dll or libonnxruntime.dylib) was not found beside the program or is of another platform. "
                + "Build on a platform that has one (linux-x64, win-x64, win-arm64, osx-arm64) or put it there.")], error);
        }
    }

    /// <summary>Runs the graph once, over whatever its inputs hold: one step or a whole sequence.</summary>
    /// <param name="inputs">A tensor for each of <see cref="Inputs"/>, by name.</param>
    /// <returns>A tensor for each of <see cref="Outputs"/>, by name.</returns>
    /// <exception cref="ArgumentException">An input is missing, unknown, or ONNX Runtime refuses its shape or type.</exception>
    public IReadOnlyDictionary<string, OrtTensor> Run(IReadOnlyDictionary<string, OrtTensor> inputs) => RunUntil(inputs, CancellationToken.None);

    /// <summary>As <see cref="Run"/>, until it is enough.</summary>
    /// <param name="inputs">A tensor for each of <see cref="Inputs"/>, by name.</param>
    /// <param name="end">Ends the run before the graph's next node.</param>
    /// <returns>A tensor for each of <see cref="Outputs"/>, by name.</returns>
    /// <exception cref="ArgumentException">As there.</exception>
    /// <exception cref="OperationCanceledException">It was ended.</exception>
    internal IReadOnlyDictionary<string, OrtTensor> RunUntil(IReadOnlyDictionary<string, OrtTensor> inputs, CancellationToken end)
    {
        var values = new Dictionary<string, OrtValue>();
        try
        {
            foreach (var (name, tensor) in inputs)
                values.Add(name, OrtValues.Wrap(tensor));
            using var options = new RunOptions();
            using var ending = end.UnsafeRegister(static o => ((RunOptions)o!).Terminate = true, options); // never null: the line before
            using var results = _session.Run(options, values, _session.OutputNames);
            var outputs = new Dictionary<string, OrtTensor>();
            for (var i = 0; i < results.Count; i++)
                outputs.Add(Outputs[i].Name, OrtValues.Unwrap(results[i], Outputs[i].Name));
            return outputs;
        }
        catch (OnnxRuntimeException) when (end.IsCancellationRequested)
        {
            throw new OperationCanceledException(end);
        }
        catch (OnnxRuntimeException error)
        {
            throw new ArgumentException($"ONNX Runtime {Version} does not run this input: {error.Message.Trim()}", nameof(inputs), error);
        }
        finally
        {
            foreach (var value in values.Values)
                value.Dispose();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _session.Dispose();

    private static OrtPort Describe(string name, NodeMetadata metadata) => new(
        name,
        metadata.IsTensor ? OrtValues.Name(metadata.ElementDataType) : "not a tensor",
        metadata.IsTensor ? metadata.Dimensions : [],
        metadata.IsTensor ? metadata.SymbolicDimensions : []);
}
