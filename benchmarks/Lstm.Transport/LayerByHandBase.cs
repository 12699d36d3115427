using Grpc.Core;

namespace Lstm.Transport;

/// <summary>What generated code would be for messages read and written by hand.</summary>
[BindServiceMethod(typeof(LayerByHandBase), nameof(Bind))]
internal abstract class LayerByHandBase
{
    private const string Name = "lstm.transport.LayerByHand";

    private static readonly Marshaller<EchoMessage> Marshaller = new(Write, Read);
    private static readonly Method<EchoMessage, EchoMessage> StreamMethod = new(MethodType.DuplexStreaming, Name, nameof(Stream), Marshaller, Marshaller);
    private static readonly Method<EchoMessage, EchoMessage> UnaryMethod = new(MethodType.Unary, Name, nameof(Unary), Marshaller, Marshaller);

    /// <summary>Names the methods to a binder, as generated code does.</summary>
    /// <param name="binder">The binder.</param>
    /// <param name="service">The service, or null when only the methods are asked for.</param>
    public static void Bind(ServiceBinderBase binder, LayerByHandBase? service)
    {
        binder.AddMethod(StreamMethod, service is null ? null : service.Stream);
        binder.AddMethod(UnaryMethod, service is null ? null : service.Unary);
    }

    /// <summary>Answers a stream.</summary>
    /// <param name="requestStream">From the client.</param>
    /// <param name="responseStream">To the client.</param>
    /// <param name="context">The call.</param>
    /// <returns>Completes when the client is done.</returns>
    public abstract Task Stream(IAsyncStreamReader<EchoMessage> requestStream, IServerStreamWriter<EchoMessage> responseStream, ServerCallContext context);

    /// <summary>Answers one request.</summary>
    /// <param name="request">From the client.</param>
    /// <param name="context">The call.</param>
    /// <returns>The reply.</returns>
    public abstract Task<EchoMessage> Unary(EchoMessage request, ServerCallContext context);

    private static EchoMessage Read(DeserializationContext context)
    {
        var message = EchoMessage.Rent();
        EchoWire.Read(context.PayloadAsReadOnlySequence(), message);
        return message;
    }

    private static void Write(EchoMessage message, SerializationContext context)
    {
        context.SetPayloadLength(EchoWire.Measure(message));
        EchoWire.Write(message, context.GetBufferWriter());
        context.Complete();
        message.Return();
    }
}
