using System.Security.Cryptography;
using Google.Protobuf;
using Lstm.Engine.Onnx.Schema;

namespace Lstm.Engine.Onnx;

/// <summary>An ONNX file, parsed and checked as far as that goes without looking into its nodes.</summary>
internal sealed class OnnxFile
{
    private const long MaxBytes = 1L << 30;
    private const int OldestOpset = 7;
    private const int NewestOpset = 22;

    private OnnxFile(string path, ModelProto model, string fingerprint, int opset)
    {
        Path = path;
        Model = model;
        Fingerprint = fingerprint;
        Opset = opset;
    }

    /// <summary>The file's full path.</summary>
    public string Path { get; }

    /// <summary>What it holds.</summary>
    public ModelProto Model { get; }

    /// <summary>SHA-256 of the file, lower-case hexadecimal.</summary>
    public string Fingerprint { get; }

    /// <summary>Version of the default operator set.</summary>
    public int Opset { get; }

    /// <summary>Who wrote the file.</summary>
    public string Producer => ProducerOf(Model);

    /// <summary>Reads a file.</summary>
    /// <param name="path">The .onnx file.</param>
    /// <returns>The file.</returns>
    /// <exception cref="ModelLoadException">It is absent, too large, not ONNX, or of an operator set that is not supported.</exception>
    public static OnnxFile Read(string path)
    {
        string fullPath = System.IO.Path.GetFullPath(path);
        (byte[] bytes, ModelProto model) = Parse(fullPath);
        return new OnnxFile(fullPath, model, FingerprintOf(bytes), ReadOpset(fullPath, model));
    }

    /// <summary>Parses a file and checks nothing but that it has a graph.</summary>
    /// <param name="fullPath">The .onnx file.</param>
    /// <returns>Its bytes and what they mean.</returns>
    /// <exception cref="ModelLoadException">It is absent, too large or not ONNX.</exception>
    public static (byte[] Bytes, ModelProto Model) Parse(string fullPath)
    {
        byte[] bytes = ReadBytes(fullPath);
        ModelProto model;
        try
        {
            model = ModelProto.Parser.ParseFrom(bytes);
        }
        catch (InvalidProtocolBufferException e)
        {
            throw Fault(fullPath, $"The file is not an ONNX model, or it is damaged: {e.Message}", e);
        }
        if (model.Graph is null || model.Graph.Node.Count == 0)
        {
            throw Fault(fullPath, bytes.Length == 0 ? "The file is empty." : "The file has no graph; expected an ONNX ModelProto with at least one node.");
        }
        return (bytes, model);
    }

    /// <summary>SHA-256, lower-case hexadecimal.</summary>
    /// <param name="bytes">The file.</param>
    /// <returns>The fingerprint.</returns>
    public static string FingerprintOf(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    /// <summary>Who wrote a file.</summary>
    /// <param name="model">The file.</param>
    /// <returns>Name and version, as far as the file says.</returns>
    public static string ProducerOf(ModelProto model) => $"{model.ProducerName} {model.ProducerVersion}".Trim();

    /// <summary>Version of the default operator set.</summary>
    /// <param name="model">The file.</param>
    /// <returns>The version, or null when the file imports none.</returns>
    public static long? OpsetOf(ModelProto model) => model.OpsetImport.LastOrDefault(static o => o.Domain is "" or "ai.onnx")?.Version;

    private static byte[] ReadBytes(string path)
    {
        try
        {
            var info = new FileInfo(path);
            if (info.Exists && info.Length > MaxBytes)
            {
                throw Fault(path, $"The file has {info.Length} bytes; at most {MaxBytes} are read.");
            }
            return File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw Fault(path, $"The file cannot be read: {e.Message}", e);
        }
    }

    private static int ReadOpset(string path, ModelProto model)
    {
        var faults = new List<ModelFault>();
        long? version = OpsetOf(model);
        if (version is null)
        {
            faults.Add(new ModelFault("", "", "The file imports no version of the ONNX operator set (opset_import); expected one."));
        }
        else if (version is < OldestOpset or > NewestOpset)
        {
            faults.Add(new ModelFault("", "", $"The file uses version {version} of the ONNX operator set; expected {OldestOpset} to {NewestOpset}. Export it again with an opset in that range."));
        }
        return faults.Count == 0 ? (int)version.GetValueOrDefault() : throw new ModelLoadException(path, faults);
    }

    private static ModelLoadException Fault(string path, string reason, Exception? inner = null) =>
        new(path, [new ModelFault("", "", reason)], inner);
}
