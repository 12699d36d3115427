using System.Buffers;
using System.Text;
using Google.Protobuf;
using Grpc.Core;
using Lstm.V1;

namespace Lstm.Service.Grpc.Wire;

/// <summary>
/// The request of a prediction as bytes. Half a million empty sequences fit into a MiB and would be 45 MB as objects, so it is looked through before
/// it is parsed: <see cref="CountSequences"/> and <see cref="Model"/> first, then <see cref="PredictMessageChecks"/>, <see cref="Parse"/> in the end.
/// </summary>
internal sealed class PredictMessage
{
    private static readonly MessageParser<PredictRequest> Parser = PredictRequest.Parser.WithDiscardUnknownFields(true);
    private byte[] _rented;
    private readonly int _length;

    private PredictMessage(byte[] rented, int length) => (_rented, _length) = (rented, length);

    /// <summary>The message's bytes.</summary>
    public ReadOnlySpan<byte> Bytes => _rented.AsSpan(0, _length);

    /// <summary>The model that the request names; of several the last.</summary>
    public string Model
    {
        get
        {
            ReadOnlySpan<byte> name = default;
            for (var fields = new ProtoFields(Bytes); fields.MoveNext();)
                name = fields.Tag == ProtoFields.WithLength(PredictRequest.ModelFieldNumber) ? fields.Value : name;
            return Encoding.UTF8.GetString(name);
        }
    }

    /// <summary>Takes a message.</summary>
    /// <param name="context">Its bytes, which are gone afterwards.</param>
    /// <returns>A copy in rented memory: give it back.</returns>
    public static PredictMessage Read(DeserializationContext context) => Read(context.PayloadAsReadOnlySequence());

    /// <summary>Takes a message.</summary>
    /// <param name="payload">Its bytes.</param>
    /// <returns>A copy in rented memory: give it back.</returns>
    public static PredictMessage Read(ReadOnlySequence<byte> payload)
    {
        byte[] rented = ArrayPool<byte>.Shared.Rent((int)payload.Length);
        payload.CopyTo(rented);
        return new(rented, (int)payload.Length);
    }

    /// <summary>Counts the sequences.</summary>
    /// <returns>How many the parsed request has; in a damaged one as many as come before the damage.</returns>
    public int CountSequences()
    {
        int count = 0;
        for (var fields = new ProtoFields(Bytes); fields.MoveNext();)
            count += fields.Tag == ProtoFields.WithLength(PredictRequest.SequencesFieldNumber) ? 1 : 0;
        return count;
    }

    /// <summary>Parses it. Fields that are not known are dropped: as objects they, too, would be many times their bytes.</summary>
    /// <returns>The request.</returns>
    /// <exception cref="RpcException">INTERNAL, as the gRPC layer says it of any message.</exception>
    public PredictRequest Parse()
    {
        try
        {
            return Parser.ParseFrom(Bytes);
        }
        catch (InvalidProtocolBufferException e)
        {
            throw new RpcException(new(StatusCode.Internal, $"A message of {_length} bytes does not parse as {nameof(PredictRequest)}.", e));
        }
    }

    /// <summary>Gives the memory back; the message is empty then.</summary>
    public void Return()
    {
        byte[] rented = Interlocked.Exchange(ref _rented, []);
        if (rented.Length > 0)
            ArrayPool<byte>.Shared.Return(rented);
    }
}
