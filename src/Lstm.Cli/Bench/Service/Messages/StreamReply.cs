using System.Text;
using Lstm.Cli.Bench.Load;
using Lstm.Cli.Bench.Protobuf;

namespace Lstm.Cli.Bench.Service.Messages;

/// <summary>lstm.v1.StreamReply, read by hand: as much of protos/lstm/v1/inference.proto as a load generator compares. Unknown fields are skipped.</summary>
internal readonly ref struct StreamReply
{
    private readonly ReadOnlySpan<byte> _body;

    /// <summary>Reads a reply.</summary>
    /// <param name="message">The message.</param>
    /// <exception cref="LoadException">It is damaged.</exception>
    public StreamReply(ReadOnlySpan<byte> message)
    {
        var reader = new ProtoReader(message);
        while (reader.Next())
        {
            if (reader.Field == 1)
            {
                Handle = reader.Number;
            }
            else if (reader.Field <= (int)ReplyKind.Batch)
            {
                Kind = (ReplyKind)reader.Field;
                _body = reader.Bytes;
            }
        }
    }

    /// <summary>The stream's number for the session; 0 in the answer to a batch.</summary>
    public ulong Handle { get; }

    /// <summary>What it holds.</summary>
    public ReplyKind Kind { get; }

    /// <summary>Its step result.</summary>
    /// <returns>The result.</returns>
    public StepAnswer Step() => new(_body);

    /// <summary>Its batch result.</summary>
    /// <returns>The result.</returns>
    public BatchAnswer Batch() => new(_body);

    /// <summary>Its error, for people.</summary>
    /// <returns>REASON: message.</returns>
    public string Error() => ErrorText(_body);

    /// <summary>An error, for people.</summary>
    /// <param name="error">lstm.v1.Error.</param>
    /// <returns>REASON: message.</returns>
    internal static string ErrorText(ReadOnlySpan<byte> error)
    {
        (string reason, string message) = ("", "");
        var reader = new ProtoReader(error);
        while (reader.Next())
        {
            if (reader.Field == 2)
                reason = Encoding.UTF8.GetString(reader.Bytes);
            else if (reader.Field == 3)
                message = Encoding.UTF8.GetString(reader.Bytes);
        }

        return $"{reason}: {message}";
    }
}
