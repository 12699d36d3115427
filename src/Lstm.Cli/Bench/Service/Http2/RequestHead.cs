using System.Text;

namespace Lstm.Cli.Bench.Service.Http2;

/// <summary>The head of a gRPC call in HPACK (RFC 7541), from the static table and plain literals alone: no state, the same bytes for every call.</summary>
internal static class RequestHead
{
    // Places in the static table, RFC 7541 appendix A.
    private const int Authority = 1;
    private const int MethodPost = 3;
    private const int Path = 4;
    private const int SchemeHttp = 6;
    private const int ContentType = 31;

    /// <summary>Writes the block of headers.</summary>
    /// <param name="authority">Host and port.</param>
    /// <param name="path">/package.Service/Method.</param>
    /// <returns>The block.</returns>
    public static byte[] Encode(string authority, string path)
    {
        var block = new List<byte> { 0x80 | MethodPost, 0x80 | SchemeHttp };
        AddNameOfTable(block, Path, path);
        AddNameOfTable(block, Authority, authority);
        AddNameOfTable(block, ContentType, "application/grpc");
        block.Add(0); // A literal that is not to be remembered, with a name of its own.
        AddText(block, "te");
        AddText(block, "trailers");
        return [.. block];
    }

    private static void AddNameOfTable(List<byte> block, int place, string value)
    {
        AddInteger(block, 0, 4, place);
        AddText(block, value);
    }

    // Not Huffman-coded.
    private static void AddText(List<byte> block, string text)
    {
        AddInteger(block, 0, 7, text.Length);
        block.AddRange(Encoding.ASCII.GetBytes(text));
    }

    // RFC 7541 section 5.1.
    private static void AddInteger(List<byte> block, byte pattern, int bits, int value)
    {
        int most = (1 << bits) - 1;
        if (value < most)
        {
            block.Add((byte)(pattern | value));
            return;
        }

        block.Add((byte)(pattern | most));
        for (value -= most; value >= 128; value >>= 7)
            block.Add((byte)(value | 128));
        block.Add((byte)value);
    }
}
