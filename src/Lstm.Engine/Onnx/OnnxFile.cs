using System.Security.Cryptography;
using Google.Protobuf;
using Lstm.Engine.Onnx.External;
using Lstm.Engine.Onnx.Foreign;
using Lstm.Engine.Onnx.Schema;

namespace Lstm.Engine.Onnx;

/// <summary>An ONNX file, parsed and checked as far as that goes without looking into its nodes.</summary>
internal sealed class OnnxFile
{
    private const long MaxBytes = 1L << 30;
    private const int OldestOpset = 7;

    // The operators that we read are the same in 23 to 25 but for element types that we refuse by name, and attributes that are unknown to us.
    private const int NewestOpset = 25;

    private OnnxFile(string path, byte[] head, ModelProto model, LoadBudget budget)
    {
        Path = path;
        Budget = budget;
        Model = model;
        External = ExternalData.MoveInto(path, model, MaxBytes - head.Length, budget);
        FunctionInliner.Inline(model);
        Bytes = head.Length + External.Bytes;
        Fingerprint = FingerprintOf(head);
    }

    /// <summary>The file's full path.</summary>
    public string Path { get; }

    /// <summary>The load that it is read for.</summary>
    public LoadBudget Budget { get; }

    /// <summary>What it holds, values from other files included.</summary>
    public ModelProto Model { get; }

    /// <summary>What was read beside it.</summary>
    public ExternalData External { get; }

    /// <summary>Bytes of the file and of those read beside it.</summary>
    public long Bytes { get; }

    /// <summary>SHA-256 of the file followed by those read beside it, in the order in which it names them; lower-case hexadecimal.</summary>
    public string Fingerprint { get; }

    /// <summary>Version of the default operator set, or null when the file imports none.</summary>
    public long? ImportedOpset => Model.OpsetImport.LastOrDefault(static o => o.Domain is "" or "ai.onnx")?.Version;

    /// <summary>Version of the default operator set, in a file that was checked.</summary>
    public int Opset => (int)ImportedOpset.GetValueOrDefault();

    /// <summary>Who wrote the file.</summary>
    public string Producer => $"{Model.ProducerName} {Model.ProducerVersion}".Trim();

    /// <summary>Reads a file.</summary>
    /// <param name="path">The .onnx file.</param>
    /// <param name="budget">The load that it is read for; null for one with the default limits.</param>
    /// <returns>The file; <see cref="OnnxGraph.Read"/> reports what could not be read beside it.</returns>
    /// <exception cref="ModelLoadException">It is absent, too large, not ONNX, or imports no operator set.</exception>
    /// <exception cref="LoadLimitException">It is larger than the budget allows.</exception>
    public static OnnxFile Read(string path, LoadBudget? budget = null)
    {
        OnnxFile file = ReadUnchecked(path, budget);
        return file.ImportedOpset is null
            ? throw Fault(file.Path, "The file imports no version of the ONNX operator set (opset_import); expected one.")
            : file;
    }

    /// <summary>Reads a file and checks nothing but that it has a graph.</summary>
    /// <param name="path">The .onnx file.</param>
    /// <param name="budget">The load that it is read for; null for one with the default limits.</param>
    /// <returns>The file.</returns>
    /// <exception cref="ModelLoadException">It is absent, too large or not ONNX.</exception>
    /// <exception cref="LoadLimitException">It is larger than the budget allows.</exception>
    public static OnnxFile ReadUnchecked(string path, LoadBudget? budget = null)
    {
        budget ??= new LoadBudget();
        string fullPath = System.IO.Path.GetFullPath(path);
        byte[] bytes = ReadBytes(fullPath, budget);
        ModelProto model;
        try
        {
            model = ModelProto.Parser.ParseFrom(bytes);
        }
        catch (InvalidProtocolBufferException e)
        {
            throw Fault(fullPath, FileKind.Find(fullPath)?.Reason ?? $"The file is not an ONNX model, or it is damaged: {e.Message}", e);
        }
        if (model.Graph is null || model.Graph.Node.Count == 0)
        {
            throw Fault(fullPath, FileKind.Find(fullPath)?.Reason ?? "The file has no graph; expected an ONNX ModelProto with at least one node.");
        }
        return new OnnxFile(fullPath, bytes, model, budget);
    }

    /// <summary>Refuses what the native engine does not know; ONNX Runtime may.</summary>
    /// <exception cref="ModelLoadException">The version of the operator set is none that runs natively.</exception>
    public void RequireNativeOpset()
    {
        if (ImportedOpset is not { } version || version is < OldestOpset or > NewestOpset)
        {
            string reason = $"The file uses version {ImportedOpset} of the ONNX operator set; expected {OldestOpset} to {NewestOpset}. Export it again with an opset in that range.";
            throw new ModelLoadException(Path, [new ModelFault("", "", reason) { Kind = ModelFaultKind.Unsupported }]);
        }
    }

    private string FingerprintOf(byte[] head)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(head);
        foreach (ExternalFile file in External.Files)
        {
            hash.AppendData(file.Content);
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static byte[] ReadBytes(string path, LoadBudget budget)
    {
        try
        {
            var info = new FileInfo(path);
            if (info.Exists && info.Length > MaxBytes)
            {
                throw Fault(path, FileKind.Find(path)?.Reason ?? $"The file has {info.Length} bytes; at most {MaxBytes} are read.");
            }
            if (info is { Exists: true, Length: 0 })
            {
                // A pipe or a device, too: reading it may never end.
                throw Fault(path, "The file is empty.");
            }
            if (info.Exists && 2 * info.Length > budget.Limits.MaxMemoryBytes && FileKind.Find(path)?.Reason is { } otherKind)
            {
                throw Fault(path, otherKind);
            }
            // Once as it is, once parsed.
            budget.Charge(info.Exists ? 2 * info.Length : 0, "when the file was read");
            return File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw Fault(path, Directory.Exists(path) ? FolderReason(path) : $"The file cannot be read: {e.Message}", e);
        }
    }

    private static string FolderReason(string path) =>
        FileKind.Find(path)?.Reason ?? "This is a folder; expected an .onnx file.";

    private static ModelLoadException Fault(string path, string reason, Exception? inner = null) =>
        new(path, [new ModelFault("", "", reason)], inner);
}
