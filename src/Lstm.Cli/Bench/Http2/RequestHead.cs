using System.Text;

namespace Lstm.Cli.Bench.Http2;

/// <summary>The head of a gRPC call in HPACK (RFC 7541): spelled out, or by the places in the server's table where an earlier one left it.</summary>
internal static class RequestHead
{
    // Places in the static table, RFC 7541 appendix A.
    private const int Authority = 1;
    private const int MethodPost = 3;
    private const int Path = 4;
    private const int SchemeHttp = 6;
    private const int ContentType = 31;

    // Where the server's table begins, RFC 7541 section 2.3.3: its latest entry has this place.
    private const int FirstOfServer = 62;

    /// <summary>The head that the server was told to remember, if it has remembered nothing since.</summary>
    public static ReadOnlySpan<byte> Remembered => [0x80 | MethodPost, 0x80 | SchemeHttp, 0x80 | (FirstOfServer + 3), 0x80 | (FirstOfServer + 2), 0x80 | (FirstOfServer + 1), 0x80 | FirstOfServer];

    /// <summary>Writes the block of headers.</summary>
    /// <param name="authority">Host and port.</param>
    /// <param name="path">/package.Service/Method.</param>
    /// <param name="remember">The server is to remember it: <see cref="Remembered"/> is enough then.</param>
    /// <returns>The block.</returns>
    public static byte[] Encode(string authority, string path, bool remember = false)
    {
        var block = new List<byte> { 0x80 | MethodPost, 0x80 | SchemeHttp };
        Add(block, remember, Path, path);
        Add(block, remember, Authority, authority);
        Add(block, remember, ContentType, "application/grpc");
        Add(block, remember, 0, "trailers", name: "te");
        return [.. block];
    }

    // RFC 7541 section 6.2: a literal with the name at a place of the static table, or with a name of its own.
    private static void Add(List<byte> block, bool remember, int place, string value, string? name = null)
    {
        AddInteger(block, remember ? (byte)0x40 : (byte)0, remember ? 6 : 4, place);
        if (name is not null)
            AddText(block, name);
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
