using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Lstm.Cli.Bench.Load;
using Lstm.Cli.Bench.Protobuf;

namespace Lstm.Cli.Bench.Grpc;

/// <summary>The requests of one stream and the replies to them: benchmarks/Lstm.Transport/Protos/transport.proto, written and read by hand.</summary>
internal sealed class EchoMessages
{
    private const int Inputs = 16;
    private const int Outputs = 4;
    private const int LargestNumber = 1 << 24; // Up to here a float tells every integer.
    private const int Overhead = 32;

    private readonly byte[] _request;
    private readonly byte[] _y;
    private readonly int _x;

    /// <summary>Messages of a stream.</summary>
    /// <param name="stream">Its number in the run.</param>
    /// <param name="rows">Rows in each message.</param>
    public EchoMessages(int stream, int rows)
    {
        float[] x = [.. Enumerable.Range(0, rows * Inputs).Select(n => stream + (n / 16f))];
        _y = [.. Enumerable.Range(0, rows).SelectMany(row => MemoryMarshal.AsBytes(x.AsSpan(row * Inputs, Outputs)).ToArray())];
        var bytes = new byte[Overhead + (x.Length * sizeof(float))];
        var writer = new ProtoWriter(bytes);
        writer.Bytes(1, System.Text.Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"s-{stream:0000000}")));
        writer.Bytes(2, MemoryMarshal.AsBytes<float>(x));
        _request = bytes[..writer.Count];
        _x = writer.Count - (x.Length * sizeof(float));
    }

    /// <summary>A request: its first float tells its number.</summary>
    /// <param name="number">From 1.</param>
    /// <returns>Valid until the next one.</returns>
    public ReadOnlySpan<byte> Request(ulong number)
    {
        BinaryPrimitives.WriteSingleLittleEndian(_request.AsSpan(_x), number % LargestNumber);
        return _request;
    }

    /// <summary>Compares a reply with what has to come.</summary>
    /// <param name="reply">The message.</param>
    /// <param name="number">Of the request.</param>
    /// <param name="count">Requests of the call so far.</param>
    /// <exception cref="LoadException">It is another.</exception>
    public void Check(ReadOnlySpan<byte> reply, ulong number, ulong count)
    {
        BinaryPrimitives.WriteSingleLittleEndian(_y, number % LargestNumber);
        ReadOnlySpan<byte> y = [];
        ulong found = 0;
        var reader = new ProtoReader(reply);
        while (reader.Next())
        {
            if (reader.Field == 1)
                y = reader.Bytes;
            else if (reader.Field == 2)
                found = reader.Number;
        }

        Expect(found == count, $"reply {count} of its call but got {found}");
        Expect(y.SequenceEqual(_y), $"the first {Outputs} floats of each row of request {number} but got others");
    }

    private static void Expect(bool isSo, [InterpolatedStringHandlerArgument(nameof(isSo))] ref ExpectationText text)
    {
        if (!isSo)
            throw new LoadException($"Expected {text.ToString()} from the server.");
    }
}
