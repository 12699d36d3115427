using System.Globalization;
using System.Text;
using Lstm.Cli.Bench.Load;

namespace Lstm.Cli.Bench.Http2;

/// <summary>What a load generator has to know of a response's head or trailers, out of a block in HPACK (RFC 7541).</summary>
/// <remarks>The server was told to keep no table of its own, so every field is one of the static table or spelled out. Huffman codes are not read.</remarks>
internal sealed class ResponseHead
{
    // :status in the static table, RFC 7541 appendix A.
    private const int FirstStatus = 8;
    private const int StaticTableSize = 61;
    private static readonly int[] Statuses = [200, 204, 206, 304, 400, 404, 500];

    /// <summary>:status; null when it is not there.</summary>
    public int? HttpStatus { get; private set; }

    /// <summary>grpc-status; null when it is not there.</summary>
    public int? GrpcStatus { get; private set; }

    /// <summary>grpc-message, percent-encoded as it came; empty when it is not there.</summary>
    public string GrpcMessage { get; private set; } = "";

    /// <summary>A field was Huffman-coded, so it is not known what it says.</summary>
    public bool IsIncomplete { get; private set; }

    /// <summary>Reads a block.</summary>
    /// <param name="block">All of it.</param>
    /// <returns>What it says.</returns>
    /// <exception cref="LoadException">The block is damaged or refers to a table that the server was told not to use.</exception>
    public static ResponseHead Read(ReadOnlySpan<byte> block)
    {
        var head = new ResponseHead();
        while (!block.IsEmpty)
        {
            byte first = block[0];
            if ((first & 0x80) != 0)
                head.AddOfTable(ReadInteger(ref block, 7));
            else if ((first & 0xE0) == 0x20)
                ReadInteger(ref block, 5); // The size of the server's table.
            else
                head.AddLiteral(ReadInteger(ref block, (first & 0x40) != 0 ? 6 : 4), ref block);
        }

        return head;
    }

    /// <summary>Status and message for people.</summary>
    /// <returns>For example "grpc-status 5: no such model".</returns>
    public override string ToString() =>
        GrpcStatus is { } status ? $"grpc-status {status}: {Uri.UnescapeDataString(GrpcMessage)}"
        : HttpStatus is { } http ? $"HTTP status {http} and no grpc-status"
        : IsIncomplete ? "trailers that are Huffman-coded, which this generator does not read"
        : "no grpc-status";

    private void AddOfTable(int place)
    {
        if (place is 0 or > StaticTableSize)
            throw new LoadException($"The server refers to place {place} of a table of headers that it was told not to keep.");
        if (place >= FirstStatus && place < FirstStatus + Statuses.Length)
            HttpStatus = Statuses[place - FirstStatus];
    }

    private void AddLiteral(int place, ref ReadOnlySpan<byte> block)
    {
        string? name = place == 0 ? ReadText(ref block) : place >= FirstStatus && place < FirstStatus + Statuses.Length ? ":status" : "";
        string? value = ReadText(ref block);
        if (name is null || (value is null && name is ":status" or "grpc-status"))
            IsIncomplete = true;
        else if (name == ":status")
            HttpStatus = Number(value);
        else if (name == "grpc-status")
            GrpcStatus = Number(value);
        else if (name == "grpc-message")
            GrpcMessage = value ?? "(Huffman-coded)";
    }

    private static int? Number(string? text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : throw new LoadException($"The server sent the status '{text}', which is no number.");

    // Null: Huffman-coded.
    private static string? ReadText(ref ReadOnlySpan<byte> block)
    {
        if (block.IsEmpty)
            throw Damaged();
        bool isCoded = (block[0] & 0x80) != 0;
        int length = ReadInteger(ref block, 7);
        if (length > block.Length)
            throw Damaged();
        string? text = isCoded ? null : Encoding.Latin1.GetString(block[..length]);
        block = block[length..];
        return text;
    }

    // RFC 7541 section 5.1.
    private static int ReadInteger(ref ReadOnlySpan<byte> block, int bits)
    {
        int most = (1 << bits) - 1;
        int value = block[0] & most;
        block = block[1..];
        if (value < most)
            return value;
        for (int shift = 0; ; shift += 7)
        {
            if (block.IsEmpty || shift > 21)
                throw Damaged();
            byte next = block[0];
            block = block[1..];
            value += (next & 127) << shift;
            if (next < 128)
                return value;
        }
    }

    private static LoadException Damaged() => new("The server sent a damaged block of headers.");
}
