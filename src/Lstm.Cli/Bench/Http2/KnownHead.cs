using Lstm.Cli.Bench.Load;

namespace Lstm.Cli.Bench.Http2;

/// <summary>Reads heads that are mostly the same: a server sends the same bytes until its date is another, so few have to be understood.</summary>
internal sealed class KnownHead
{
    private ResponseHead _head = ResponseHead.Read([]);
    private byte[] _block = [];

    /// <summary>Reads a block.</summary>
    /// <param name="block">All of it.</param>
    /// <returns>What it says.</returns>
    /// <exception cref="LoadException">The block is damaged or refers to a table that the server was told not to use.</exception>
    public ResponseHead Read(ReadOnlySpan<byte> block)
    {
        if (!block.SequenceEqual(_block))
            (_head, _block) = (ResponseHead.Read(block), block.ToArray());
        return _head;
    }
}
