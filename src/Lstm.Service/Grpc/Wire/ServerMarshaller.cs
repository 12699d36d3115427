using Grpc.Core;

namespace Lstm.Service.Grpc.Wire;

/// <summary>Marshallers of messages that a server reads or writes by hand; the other direction is the client's.</summary>
internal static class ServerMarshaller
{
    /// <summary>For requests.</summary>
    /// <typeparam name="T">The request.</typeparam>
    /// <param name="read">Reads one.</param>
    /// <returns>The marshaller.</returns>
    public static Marshaller<T> OfRequests<T>(Func<DeserializationContext, T> read) =>
        new(static (_, _) => throw new NotSupportedException("A server only reads requests."), read);

    /// <summary>For replies.</summary>
    /// <typeparam name="T">The reply.</typeparam>
    /// <param name="write">Writes one.</param>
    /// <returns>The marshaller.</returns>
    public static Marshaller<T> OfReplies<T>(Action<T, SerializationContext> write) =>
        new(write, static _ => throw new NotSupportedException("A server only writes replies."));
}
