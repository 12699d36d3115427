using Lstm.Cli.Bench.Protobuf;

namespace Lstm.Cli.Bench.Service.Messages;

/// <summary>lstm.v1.StepResult.</summary>
internal readonly ref struct StepAnswer
{
    /// <summary>Reads it.</summary>
    /// <param name="message">The message.</param>
    public StepAnswer(ReadOnlySpan<byte> message)
    {
        var reader = new ProtoReader(message);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1:
                    Step = reader.Number;
                    break;
                case 2:
                    Count = reader.Number;
                    break;
                case 3:
                    Y = reader.Bytes;
                    break;
                case 6:
                    Replayed = reader.Number != 0;
                    break;
                default:
                    break; // State and gates, which are not asked for, and what is not known.
            }
        }
    }

    /// <summary>Number of the first step.</summary>
    public ulong Step { get; }

    /// <summary>Steps done.</summary>
    public ulong Count { get; }

    /// <summary>[count, output_size] as little-endian floats.</summary>
    public ReadOnlySpan<byte> Y { get; }

    /// <summary>The step had been done before.</summary>
    public bool Replayed { get; }
}
