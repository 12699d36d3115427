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
    public string Producer => $"{Model.ProducerName} {Model.ProducerVersion}".Trim();

    /// <summary>Reads a file.</summary>
    /// <param name="path">The .onnx file.</param>
    /// <returns>The file.</returns>
    /// <exception cref="ModelLoadException">It is absent, too large, not ONNX, or of an operator set that is not supported.</exception>
    public static OnnxFile Read(string path)
    {
        string fullPath = System.IO.Path.GetFullPath(path);
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
        return new OnnxFile(fullPath, model, Convert.ToHexStringLower(SHA256.HashData(bytes)), ReadOpset(fullPath, model));
    }

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
        long? version = null;
        foreach (OperatorSetIdProto opset in model.OpsetImport)
        {
            if (opset.Domain is "" or "ai.onnx")
            {
                version = opset.Version;
            }
        }
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
