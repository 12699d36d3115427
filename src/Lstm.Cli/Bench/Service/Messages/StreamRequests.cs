using System.Text;
using Lstm.Cli.Bench.Protobuf;

namespace Lstm.Cli.Bench.Service.Messages;

/// <summary>Writes lstm.v1.StreamRequest by hand: protos/lstm/v1/inference.proto, field by field.</summary>
internal static class StreamRequests
{
    // Tags and lengths of a message, at most.
    private const int Overhead = 64;

    private const int Open = 1;
    private const int Step = 2;
    private const int Close = 3;
    private const int Batch = 4;

    /// <summary>Bytes that a step or batch takes at most.</summary>
    /// <param name="sessions">Sessions in it.</param>
    /// <param name="inputBytes">Bytes of all inputs in it.</param>
    /// <returns>Bytes.</returns>
    public static int MaxSize(int sessions, int inputBytes) => Overhead + inputBytes + 15 * sessions;

    /// <summary>Opens a new session.</summary>
    /// <param name="handle">The stream's number for it.</param>
    /// <param name="sessionId">Its id.</param>
    /// <param name="model">Its model.</param>
    /// <returns>The message.</returns>
    public static byte[] OpenSession(uint handle, string sessionId, string model)
    {
        byte[] id = Encoding.UTF8.GetBytes(sessionId);
        byte[] name = Encoding.UTF8.GetBytes(model);
        var bytes = new byte[Overhead + id.Length + name.Length];
        var writer = new ProtoWriter(bytes);
        writer.Begin(Open, Size(handle) + Size(id) + Size(name));
        writer.Number(1, handle);
        writer.Bytes(2, id);
        writer.Bytes(3, name);
        return bytes[..writer.Count];
    }

    /// <summary>Ends a session.</summary>
    /// <param name="handle">The stream's number for it.</param>
    /// <returns>The message.</returns>
    public static byte[] EndSession(uint handle)
    {
        var bytes = new byte[Overhead];
        var writer = new ProtoWriter(bytes);
        writer.Begin(Close, Size(handle) + 2);
        writer.Number(1, handle);
        writer.Number(2, 1);
        return bytes[..writer.Count];
    }

    /// <summary>One step of one session, or a chunk of them.</summary>
    /// <param name="target">Room of <see cref="MaxSize"/>.</param>
    /// <param name="handle">The stream's number for the session.</param>
    /// <param name="step">Number of the first step, from 1.</param>
    /// <param name="x">[count, input_size] as little-endian floats.</param>
    /// <param name="count">Steps.</param>
    /// <returns>Bytes written.</returns>
    public static int WriteStep(Span<byte> target, uint handle, ulong step, ReadOnlySpan<byte> x, int count)
    {
        var writer = new ProtoWriter(target);
        writer.Begin(Step, Size(handle) + Size(step) + Size(x) + (count > 1 ? Size((ulong)count) : 0));
        writer.Number(1, handle);
        writer.Number(2, step);
        writer.Bytes(3, x);
        if (count > 1)
            writer.Number(4, (ulong)count);
        return writer.Count;
    }

    /// <summary>One step each of several sessions.</summary>
    /// <param name="target">Room of <see cref="MaxSize"/>.</param>
    /// <param name="firstHandle">The stream's number for the first session; the others follow it.</param>
    /// <param name="sessions">Number of sessions.</param>
    /// <param name="step">Number of their steps, the same for all.</param>
    /// <param name="x">[sessions, input_size] as little-endian floats.</param>
    /// <returns>Bytes written.</returns>
    public static int WriteBatch(Span<byte> target, uint firstHandle, int sessions, ulong step, ReadOnlySpan<byte> x)
    {
        int handles = 0;
        for (uint n = 0; n < sessions; n++)
            handles += ProtoWriter.SizeOf(firstHandle + n);
        int steps = sessions * ProtoWriter.SizeOf(step);
        var writer = new ProtoWriter(target);
        writer.Begin(Batch, WithLength(handles) + WithLength(steps) + Size(x));
        writer.Begin(1, handles);
        for (uint n = 0; n < sessions; n++)
            writer.Number(firstHandle + n);
        writer.Begin(2, steps);
        for (int n = 0; n < sessions; n++)
            writer.Number(step);
        writer.Bytes(3, x);
        return writer.Count;
    }

    private static int Size(ulong value) => 1 + ProtoWriter.SizeOf(value);

    private static int Size(ReadOnlySpan<byte> bytes) => WithLength(bytes.Length);

    private static int WithLength(int length) => 1 + ProtoWriter.SizeOf((ulong)length) + length;
}
