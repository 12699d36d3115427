using System.Buffers.Binary;
using System.Text;

namespace Lstm.Engine.Onnx.Foreign;

/// <summary>What a file is that is not ONNX, by its first bytes, never by its name.</summary>
/// <param name="Name">With its article, e.g. "a Keras model (HDF5)".</param>
/// <param name="Advice">How an ONNX file is made of it: whole sentences.</param>
internal sealed record FileKind(string Name, string Advice)
{
    private const int HeadBytes = 4096;

    private static readonly FileKind[] ByFirstBytes =
    [
        Starts(0, "\u0089HDF\r\n\u001a\n", "a Keras model or other HDF5 file", Advices.KerasHdf5),
        Starts(4, "TFL3", "a TensorFlow Lite model", Advices.TensorFlowLite),
        Starts(4, "ORTM", "a model in ONNX Runtime's own format (.ort)", "It cannot be turned back; use the .onnx file that it was made from."),
        Starts(0, "GGUF", "a GGUF file", "It holds weights without a network; " + Advices.ExportOriginal),
        Starts(0, "\u0093NUMPY", "a NumPy array (.npy)", Advices.WeightsOnly),
        Starts(0, "\u001f\u008b", "compressed with gzip", "Decompress it first: gunzip -k model.onnx.gz"),
        Starts(0, "\u0028\u00b5\u002f\u00fd", "compressed with zstd", "Decompress it first: zstd -d model.onnx.zst"),
        Starts(0, "\u00fd7zXZ\0", "compressed with xz", "Decompress it first: xz -dk model.onnx.xz"),
        Starts(0, "BZh", "compressed with bzip2", "Decompress it first: bunzip2 -k model.onnx.bz2"),
        Starts(0, "7z\u00bc\u00af\u0027\u001c", "a 7z archive", "Unpack it first: 7z x model.7z"),
        Starts(0, "version https://git-lfs.github.com/spec/", "a pointer of Git LFS: the model itself was not downloaded", "Fetch it in its repository: git lfs pull"),
    ];

    private string Magic { get; init; } = "";

    private int Offset { get; init; }

    /// <summary>Whether it holds a network or its weights; false for texts, archives and what may be anything.</summary>
    public bool IsModel { get; init; } = true;

    /// <summary>The sentences that refuse such a file.</summary>
    public string Reason => $"The file is {Name}; expected an ONNX model. {Advice}";

    /// <summary>Recognises a file or folder; for what is no ONNX file, since the first bytes of one may be anything.</summary>
    /// <param name="path">The file.</param>
    /// <returns>Its kind, or null when that is not known or it cannot be read.</returns>
    public static FileKind? Find(string path)
    {
        try
        {
            if (Directory.Exists(path))
            {
                return FolderKind.Find(path);
            }
            using FileStream file = File.OpenRead(path);
            byte[] head = new byte[HeadBytes];
            return Find(file, head.AsSpan(0, file.ReadAtLeast(head, HeadBytes, throwOnEndOfStream: false)));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            return null;
        }
    }

    /// <summary>Recognises a file.</summary>
    /// <param name="file">The file; a zip archive is read further.</param>
    /// <param name="head">Its first bytes.</param>
    /// <returns>Its kind, or null.</returns>
    private static FileKind? Find(Stream file, ReadOnlySpan<byte> head)
    {
        foreach (FileKind kind in ByFirstBytes)
        {
            if (Holds(head, kind.Offset, kind.Magic))
            {
                return kind;
            }
        }
        return Holds(head, 0, "PK\u0003\u0004") || Holds(head, 0, "PK\u0005\u0006") ? ZipKind.Find(file)
            : PickleKind.Find(head) ?? (IsSafetensors(head) ? new FileKind("a safetensors file", Advices.WeightsOnly) : null) ?? ProtobufKind.Find(head) ?? TextKind.Find(head);
    }

    // Eight bytes: the length of the JSON that follows.
    private static bool IsSafetensors(ReadOnlySpan<byte> head) =>
        head.Length > 10 && BinaryPrimitives.ReadUInt64LittleEndian(head) is > 1 and < 1 << 30 && Holds(head, 8, "{\"");

    private static bool Holds(ReadOnlySpan<byte> head, int offset, string magic) =>
        head.Length >= offset + magic.Length && head.Slice(offset, magic.Length).SequenceEqual(Encoding.Latin1.GetBytes(magic));

    private static FileKind Starts(int offset, string magic, string name, string advice) => new(name, advice) { Magic = magic, Offset = offset, IsModel = !name.StartsWith("compressed", StringComparison.Ordinal) };
}
