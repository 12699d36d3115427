using Google.Protobuf;
using Grpc.Core;

namespace Lstm.Service.Grpc.Wire;

/// <summary>
/// Has requests parsed without the fields that are not known. Nothing here reads these, and the parser would keep them as objects of some fifty
/// times their bytes.
/// </summary>
internal static class KnownFields
{
    /// <summary>Changes how a method reads its requests.</summary>
    /// <typeparam name="TRequest">The generated request.</typeparam>
    /// <typeparam name="TResponse">The reply.</typeparam>
    /// <param name="method">The generated method.</param>
    /// <returns>The same method on the wire.</returns>
    public static Method<TRequest, TResponse> Only<TRequest, TResponse>(Method<TRequest, TResponse> method)
        where TRequest : class
        where TResponse : class
    {
        if (Activator.CreateInstance<TRequest>() is not IMessage { Descriptor.Parser: var parser })
            throw new NotSupportedException($"Expected a generated request but got {typeof(TRequest)} of {method.FullName}. Read it by hand.");
        var known = parser.WithDiscardUnknownFields(true);
        var requests = new Marshaller<TRequest>(
            method.RequestMarshaller.ContextualSerializer, context => (TRequest)known.ParseFrom(context.PayloadAsReadOnlySequence()));
        return new(method.Type, method.ServiceName, method.Name, requests, method.ResponseMarshaller);
    }
}
