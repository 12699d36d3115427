using System.Text;
using Google.Protobuf;
using Google.Rpc;
using Grpc.Core;

namespace Lstm.Client;

/// <summary>Reads why a call failed from its trailers.</summary>
internal static class ErrorDetails
{
    private const string TrailerName = "grpc-status-details-bin";

    /// <summary>The server's explanation; null when there is none or it cannot be read, as behind a proxy that answers by itself.</summary>
    public static ErrorInfo? Read(Metadata trailers)
    {
        byte[]? bytes = trailers.FirstOrDefault(entry => entry.IsBinary && entry.Key == TrailerName)?.ValueBytes;
        if (bytes is null)
            return null;

        try
        {
            var details = Google.Rpc.Status.Parser.ParseFrom(bytes).Details;
            return details.FirstOrDefault(any => any.Is(ErrorInfo.Descriptor))?.Unpack<ErrorInfo>();
        }
        catch (InvalidProtocolBufferException)
        {
            return null;
        }
    }

    /// <summary>DeadlineExceeded becomes DEADLINE_EXCEEDED.</summary>
    public static string ReasonOf(StatusCode code)
    {
        var name = new StringBuilder();
        foreach (char letter in code.ToString())
        {
            if (char.IsUpper(letter) && name.Length > 0)
                name.Append('_');
            name.Append(char.ToUpperInvariant(letter));
        }

        return name.ToString();
    }
}
