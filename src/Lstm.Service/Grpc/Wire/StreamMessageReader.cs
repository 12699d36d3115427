using System.Buffers;
using Google.Protobuf;
using Grpc.Core;
using Lstm.Service.Sessions;
using Lstm.V1;

namespace Lstm.Service.Grpc.Wire;

/// <summary>
/// Reads the messages of a client's stream. Steps and batches in the form in which every Protobuf library writes them are read by hand, without
/// objects and with their floats in one copy; for everything else (other kinds, unknown or repeated fields, floats that are not packed, damage)
/// the generated parser decides, so that both ways mean the same. It keeps no unknown fields, and merges a few pieces of a message at most.
/// </summary>
internal static class StreamMessageReader
{
    // Pieces of a message are merged, each with a copy of those before it: half a million of them would copy hundreds of gigabytes.
    private const int MostPieces = 4;
    private const int LengthDelimited = 2;
    private const int OpenTag = (StreamRequest.OpenFieldNumber << 3) | LengthDelimited;
    private const int StepTag = (StreamRequest.StepFieldNumber << 3) | LengthDelimited;
    private const int CloseTag = (StreamRequest.CloseFieldNumber << 3) | LengthDelimited;
    private const int BatchTag = (StreamRequest.BatchFieldNumber << 3) | LengthDelimited;
    private static readonly MessageParser<StreamRequest> Parser = StreamRequest.Parser.WithDiscardUnknownFields(true);

    /// <summary>Reads a message.</summary>
    /// <param name="context">The message's bytes.</param>
    /// <returns>Rented: give it back.</returns>
    /// <exception cref="InvalidProtocolBufferException">The bytes are no such message.</exception>
    public static StreamMessage Read(DeserializationContext context) => Read(context.PayloadAsReadOnlySequence());

    /// <summary>Reads a message.</summary>
    /// <param name="payload">The message's bytes.</param>
    /// <returns>Rented: give it back.</returns>
    /// <exception cref="InvalidProtocolBufferException">The bytes are no such message.</exception>
    public static StreamMessage Read(ReadOnlySequence<byte> payload)
    {
        var message = StreamMessage.Rent();
        if (payload.IsSingleSegment)
        {
            Read(payload.FirstSpan, message);
            return message;
        }

        // A message larger than a block of the connection's memory comes in several pieces.
        byte[] joined = ArrayPool<byte>.Shared.Rent((int)payload.Length);
        try
        {
            payload.CopyTo(joined);
            Read(joined.AsSpan(0, (int)payload.Length), message);
            return message;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(joined);
        }
    }

    private static void Read(ReadOnlySpan<byte> bytes, StreamMessage message)
    {
        if (TryRead(bytes, message))
            return;
        int pieces = CountPieces(bytes);
        if (pieces > MostPieces)
            message.Refuse(Throw.StreamRequestPieces(pieces, MostPieces));
        else if (CountInputs(bytes) is var inputs && inputs > SessionInputs.MaxNames)
            message.Refuse(Throw.OpenInputs(inputs, SessionInputs.MaxNames));
        else
            message.Set(Parser.ParseFrom(bytes));
    }

    private static int CountPieces(ReadOnlySpan<byte> bytes)
    {
        int pieces = 0;
        for (var fields = new ProtoFields(bytes); fields.MoveNext();)
            pieces += fields.Tag is OpenTag or StepTag or CloseTag or BatchTag ? 1 : 0;
        return pieces;
    }

    // As objects empty inputs would be many times as large as their bytes.
    private static int CountInputs(ReadOnlySpan<byte> bytes)
    {
        int inputs = 0;
        for (var fields = new ProtoFields(bytes); fields.MoveNext();)
        {
            if (fields.Tag != OpenTag)
                continue;
            for (var open = new ProtoFields(fields.Value); open.MoveNext();)
                inputs += open.Tag == ProtoFields.WithLength(StreamOpen.InputsFieldNumber) ? 1 : 0;
        }

        return inputs;
    }

    private static bool TryRead(ReadOnlySpan<byte> bytes, StreamMessage message)
    {
        var outer = new ProtoSpan(bytes);
        if (!outer.TryReadVarint(out ulong tag) || tag is not (StepTag or BatchTag) || !outer.TryReadBytes(out var inner) || outer.Length > 0)
            return false;
        message.Kind = tag == StepTag ? StreamRequest.KindOneofCase.Step : StreamRequest.KindOneofCase.Batch;
        return tag == StepTag ? TryReadStep(new(inner), message) : TryReadBatch(new(inner), message);
    }

    private static bool TryReadStep(ProtoSpan fields, StreamMessage message)
    {
        bool hasX = false, hasIntegers = false;
        while (fields.Length > 0)
        {
            if (!fields.TryReadVarint(out ulong tag))
                return false;
            if (tag == ((StreamStep.XFieldNumber << 3) | LengthDelimited))
            {
                if (hasX || !fields.TryReadFloats(ref message.X))
                    return false;
                hasX = true;
                continue;
            }

            if (tag == ((StreamStep.XIntegersFieldNumber << 3) | LengthDelimited))
            {
                if (hasIntegers || !fields.TryReadVarints(ref message.Integers))
                    return false;
                hasIntegers = true;
                continue;
            }

            if (!fields.TryReadVarint(out ulong value))
                return false;
            switch (tag)
            {
                case StreamStep.HandleFieldNumber << 3:
                    message.Handle = (uint)value;
                    break;
                case StreamStep.StepFieldNumber << 3:
                    message.Step = value;
                    break;
                case StreamStep.CountFieldNumber << 3:
                    message.Count = (uint)value;
                    break;
                case StreamStep.WantStateFieldNumber << 3:
                    message.WantState = value != 0;
                    break;
                case StreamStep.WantGatesFieldNumber << 3:
                    message.WantGates = value != 0;
                    break;
                default:
                    return false;
            }
        }

        return true;
    }

    private static bool TryReadBatch(ProtoSpan fields, StreamMessage message)
    {
        ulong seen = 0;
        while (fields.Length > 0)
        {
            if (!fields.TryReadVarint(out ulong tag) || tag > byte.MaxValue >> 2 || (seen & (1UL << (int)tag)) != 0)
                return false;
            seen |= 1UL << (int)tag;
            bool read = tag switch
            {
                (StreamBatch.HandlesFieldNumber << 3) | LengthDelimited => fields.TryReadVarints(ref message.Handles),
                (StreamBatch.StepsFieldNumber << 3) | LengthDelimited => fields.TryReadVarints(ref message.Steps),
                (StreamBatch.XFieldNumber << 3) | LengthDelimited => fields.TryReadFloats(ref message.X),
                (StreamBatch.XIntegersFieldNumber << 3) | LengthDelimited => fields.TryReadVarints(ref message.Integers),
                _ => false,
            };
            if (!read)
                return false;
        }

        return true;
    }
}
