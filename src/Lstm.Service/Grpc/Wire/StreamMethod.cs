using Grpc.Core;
using Lstm.V1;

namespace Lstm.Service.Grpc.Wire;

/// <summary>lstm.v1.Inference/Stream with messages read and written by hand. On the wire it is the generated method.</summary>
internal static class StreamMethod
{
    /// <summary>The method.</summary>
    public static Method<StreamMessage, StreamAnswer> Instance { get; } = new(
        MethodType.DuplexStreaming,
        Inference.Descriptor.FullName,
        nameof(StreamServiceBase.Stream),
        ServerMarshaller.OfRequests(StreamMessageReader.Read),
        ServerMarshaller.OfReplies<StreamAnswer>(StreamAnswerWriter.Write));

    /// <summary>Names the method to a binder.</summary>
    /// <param name="binder">The binder.</param>
    /// <param name="service">The service, or null when only the method is asked for.</param>
    public static void Bind(ServiceBinderBase binder, StreamServiceBase? service) => binder.AddMethod(Instance, service is null ? null : service.Stream);

    /// <summary>Names the generated service's methods but this one and <see cref="PredictMethod"/> to a binder.</summary>
    /// <param name="binder">The binder.</param>
    /// <param name="service">The service, or null when only the methods are asked for.</param>
    public static void BindOthers(ServiceBinderBase binder, Inference.InferenceBase? service) =>
        Inference.BindService(new AllOthers(binder), service!); // the generated code takes null as well

    private sealed class AllOthers(ServiceBinderBase binder) : ServiceBinderBase
    {
        public override void AddMethod<TRequest, TResponse>(Method<TRequest, TResponse> method, UnaryServerMethod<TRequest, TResponse>? handler)
        {
            if (method.Name != PredictMethod.Instance.Name)
                binder.AddMethod(KnownFields.Only(method), handler);
        }

        public override void AddMethod<TRequest, TResponse>(Method<TRequest, TResponse> method, DuplexStreamingServerMethod<TRequest, TResponse>? handler)
        {
            if (method.Name != Instance.Name)
                binder.AddMethod(method, handler);
        }
    }
}
