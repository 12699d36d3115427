using Grpc.Core;

namespace Grpc.Net.Client;

/// <summary>Starts the calls of a channel.</summary>
internal sealed class ChannelCallInvoker(GrpcChannel channel) : CallInvoker
{
    private static readonly Func<object, Task<Metadata>> Headers = call => ((ClientCall)call).ResponseHeaders;
    private static readonly Func<object, Status> Status = call => ((ClientCall)call).Status;
    private static readonly Func<object, Metadata> Trailers = call => ((ClientCall)call).Trailers;
    private static readonly Action<object> Dispose = call => ((ClientCall)call).Dispose();

    public override TResponse BlockingUnaryCall<TRequest, TResponse>(Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request)
    {
        using var call = AsyncUnaryCall(method, host, options, request);
        return call.ResponseAsync.GetAwaiter().GetResult();
    }

    public override AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest, TResponse>(Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request)
    {
        var call = new ClientCall(channel, method, host, options);
        call.Open(call.Serialize(method.RequestMarshaller, request));
        return new AsyncUnaryCall<TResponse>(SingleResponse.ReadAsync(call, method.ResponseMarshaller), Headers, Status, Trailers, Dispose, call);
    }

    public override AsyncServerStreamingCall<TResponse> AsyncServerStreamingCall<TRequest, TResponse>(Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request)
    {
        var call = new ClientCall(channel, method, host, options);
        call.Open(call.Serialize(method.RequestMarshaller, request));
        return new AsyncServerStreamingCall<TResponse>(new ClientStreamReader<TResponse>(call, method.ResponseMarshaller), Headers, Status, Trailers, Dispose, call);
    }

    public override AsyncClientStreamingCall<TRequest, TResponse> AsyncClientStreamingCall<TRequest, TResponse>(Method<TRequest, TResponse> method, string? host, CallOptions options)
    {
        var call = new ClientCall(channel, method, host, options);
        var requests = new ClientStreamWriter<TRequest>(call, method.RequestMarshaller);
        call.Open(requests.CreateContent);
        var response = SingleResponse.ReadAsync(call, method.ResponseMarshaller);
        return new AsyncClientStreamingCall<TRequest, TResponse>(requests, response, Headers, Status, Trailers, Dispose, call);
    }

    public override AsyncDuplexStreamingCall<TRequest, TResponse> AsyncDuplexStreamingCall<TRequest, TResponse>(Method<TRequest, TResponse> method, string? host, CallOptions options)
    {
        var call = new ClientCall(channel, method, host, options);
        var requests = new ClientStreamWriter<TRequest>(call, method.RequestMarshaller);
        call.Open(requests.CreateContent);
        var responses = new ClientStreamReader<TResponse>(call, method.ResponseMarshaller);
        return new AsyncDuplexStreamingCall<TRequest, TResponse>(requests, responses, Headers, Status, Trailers, Dispose, call);
    }
}
