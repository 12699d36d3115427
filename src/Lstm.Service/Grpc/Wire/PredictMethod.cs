using Google.Protobuf;
using Grpc.Core;
using Lstm.V1;

namespace Lstm.Service.Grpc.Wire;

/// <summary>lstm.v1.Inference/Predict with a request that is looked through before it is parsed. On the wire it is the generated method.</summary>
internal static class PredictMethod
{
    /// <summary>The method.</summary>
    public static Method<PredictMessage, PredictReply> Instance { get; } = new(
        MethodType.Unary,
        Inference.Descriptor.FullName,
        nameof(PredictServiceBase.Predict),
        ServerMarshaller.OfRequests<PredictMessage>(PredictMessage.Read),
        ServerMarshaller.OfReplies<PredictReply>(Write));

    /// <summary>Names the method to a binder.</summary>
    /// <param name="binder">The binder.</param>
    /// <param name="service">The service, or null when only the method is asked for.</param>
    public static void Bind(ServiceBinderBase binder, PredictServiceBase? service) => binder.AddMethod(Instance, service is null ? null : service.Predict);

    private static void Write(PredictReply reply, SerializationContext context)
    {
        context.SetPayloadLength(reply.CalculateSize());
        reply.WriteTo(context.GetBufferWriter());
        context.Complete();
    }
}
