using Lstm.Cli.Bench.Protobuf;

namespace Lstm.Cli.Bench.Service.Messages;

/// <summary>lstm.v1.BatchResult.</summary>
internal readonly ref struct BatchAnswer
{
    /// <summary>Reads it.</summary>
    /// <param name="message">The message.</param>
    public BatchAnswer(ReadOnlySpan<byte> message)
    {
        Fault = "";
        var reader = new ProtoReader(message);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1:
                    Handles = reader.Bytes;
                    break;
                case 2:
                    Steps = reader.Bytes;
                    break;
                case 3:
                    Y = reader.Bytes;
                    break;
                case 4:
                    Replayed = true;
                    break;
                case 5:
                    Fault = Fault.Length > 0 ? Fault : ReadFault(reader.Bytes);
                    break;
                default:
                    break;
            }
        }
    }

    /// <summary>Whose steps were done, as a packed list.</summary>
    public ReadOnlySpan<byte> Handles { get; }

    /// <summary>The numbers of their steps, as a packed list.</summary>
    public ReadOnlySpan<byte> Steps { get; }

    /// <summary>[sessions, output_size] as little-endian floats.</summary>
    public ReadOnlySpan<byte> Y { get; }

    /// <summary>A step had been done before.</summary>
    public bool Replayed { get; }

    /// <summary>The first fault, for people; empty: there is none.</summary>
    public string Fault { get; }

    private static string ReadFault(ReadOnlySpan<byte> fault)
    {
        (ulong handle, string text) = (0, "");
        var reader = new ProtoReader(fault);
        while (reader.Next())
        {
            if (reader.Field == 1)
                handle = reader.Number;
            else if (reader.Field == 2)
                text = StreamReply.ErrorText(reader.Bytes);
        }

        return $"handle {handle}: {text}";
    }
}
