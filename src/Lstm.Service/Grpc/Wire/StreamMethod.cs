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
        nameof(InferenceService.Stream),
        new Marshaller<StreamMessage>(
            static (_, _) => throw new NotSupportedException("A server only reads requests."), StreamMessageReader.Read),
        new Marshaller<StreamAnswer>(
            StreamAnswerWriter.Write, static _ => throw new NotSupportedException("A server only writes replies.")));

    /// <summary>Names the methods of the service to a binder: those of the generated code, and this one in place of its own.</summary>
    /// <param name="binder">The binder.</param>
    /// <param name="service">The service, or null when only the methods are asked for.</param>
    public static void Bind(ServiceBinderBase binder, InferenceService? service)
    {
        Inference.BindService(new AllButStream(binder), service!); // the generated code takes null as well
        binder.AddMethod(Instance, service is null ? null : service.Stream);
    }

    private sealed class AllButStream(ServiceBinderBase binder) : ServiceBinderBase
    {
        public override void AddMethod<TRequest, TResponse>(Method<TRequest, TResponse> method, UnaryServerMethod<TRequest, TResponse>? handler) =>
            binder.AddMethod(method, handler);

        public override void AddMethod<TRequest, TResponse>(Method<TRequest, TResponse> method, DuplexStreamingServerMethod<TRequest, TResponse>? handler)
        {
            if (method.Name != Instance.Name)
                binder.AddMethod(method, handler);
        }
    }
}
