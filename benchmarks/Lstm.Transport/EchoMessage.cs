using System.Buffers;
using System.Runtime.InteropServices;
using Microsoft.Extensions.ObjectPool;

namespace Lstm.Transport;

/// <summary>A request, and then its reply, in memory that is used again: what the messages of lstm.v1.Inference/Stream are in the service.</summary>
internal sealed class EchoMessage
{
    // As many as may be in flight.
    private const int MostKept = 1024;
    private static readonly DefaultObjectPool<EchoMessage> Pool = new(new DefaultPooledObjectPolicy<EchoMessage>(), MostKept);

    private float[] _x = [];
    private int _length;

    /// <summary>[rows, 16].</summary>
    public Span<float> X => _x.AsSpan(0, _length);

    /// <summary>Rows.</summary>
    public int Rows => _length / Echo.Inputs;

    /// <summary>Of the reply: requests of this call so far.</summary>
    public ulong Count { get; set; }

    /// <summary>Takes one that nobody uses.</summary>
    /// <returns>The message, to be given back with <see cref="Return"/>.</returns>
    public static EchoMessage Rent() => Pool.Get();

    /// <summary>Gives it back; it must not be read any more.</summary>
    public void Return() => Pool.Return(this);

    /// <summary>Takes the floats of a request.</summary>
    /// <param name="packed">Little-endian floats, whole rows.</param>
    public void SetX(ReadOnlySpan<byte> packed)
    {
        _length = packed.Length / sizeof(float);
        if (_x.Length < _length)
        {
            if (_x.Length > 0)
                ArrayPool<float>.Shared.Return(_x);
            _x = ArrayPool<float>.Shared.Rent(_length);
        }

        packed.CopyTo(MemoryMarshal.AsBytes(X));
    }
}
