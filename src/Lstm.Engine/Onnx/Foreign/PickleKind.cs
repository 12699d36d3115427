using System.Text;

namespace Lstm.Engine.Onnx.Foreign;

/// <summary>Python pickles: PyTorch's checkpoints until 1.5, and whatever else Python programs save.</summary>
internal static class PickleKind
{
    private const byte Proto = 0x80;

    // 0x1950a86a20f9469cfc6c, which torch.save writes first, as a LONG1 of ten bytes.
    private static readonly byte[] TorchMagic = [0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19];

    /// <summary>Recognises a pickle of protocol 2 to 5.</summary>
    public static FileKind? Find(ReadOnlySpan<byte> head)
    {
        if (head.Length < 3 || head[0] != Proto || head[1] is < 2 or > 5)
        {
            return null;
        }
        return head[2..].StartsWith(TorchMagic) || Encoding.Latin1.GetString(head).Contains("torch", StringComparison.Ordinal)
            ? new("a PyTorch checkpoint (pickle)", Advices.TorchCheckpoint)
            : new("a Python pickle", "It can hold anything; load it in the Python program that saved it and export the network to ONNX, in PyTorch with " + Advices.TorchExport + ".");
    }
}
