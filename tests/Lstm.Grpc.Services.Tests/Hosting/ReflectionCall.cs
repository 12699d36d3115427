using Google.Protobuf;
using Grpc.Core;
using Grpc.Reflection.V1;

namespace Lstm.Grpc.Services.Tests.Hosting;

/// <summary>One stream of reflection, in either version: the messages of both are the same bytes.</summary>
internal sealed class ReflectionCall(ChannelBase channel, string version) : IDisposable
{
    private readonly AsyncDuplexStreamingCall<ServerReflectionRequest, ServerReflectionResponse> _call = channel.CreateCallInvoker().AsyncDuplexStreamingCall(
        new Method<ServerReflectionRequest, ServerReflectionResponse>(
            MethodType.DuplexStreaming, $"grpc.reflection.{version}.ServerReflection", "ServerReflectionInfo", Bytes(ServerReflectionRequest.Parser), Bytes(ServerReflectionResponse.Parser)),
        null,
        new CallOptions(deadline: DateTime.UtcNow.AddSeconds(20)));

    public async Task<ServerReflectionResponse> AskAsync(ServerReflectionRequest request)
    {
        await _call.RequestStream.WriteAsync(request);
        Assert.True(await _call.ResponseStream.MoveNext(CancellationToken.None), "Every request gets a response.");
        return _call.ResponseStream.Current;
    }

    /// <summary>Ends the requests and reads the end of the call.</summary>
    public async Task<StatusCode> EndAsync()
    {
        await _call.RequestStream.CompleteAsync();
        Assert.False(await _call.ResponseStream.MoveNext(CancellationToken.None), "Every response was read.");
        return _call.GetStatus().StatusCode;
    }

    public void Dispose() => _call.Dispose();

    private static Marshaller<T> Bytes<T>(MessageParser<T> parser)
        where T : class, IMessage<T> => Marshallers.Create(message => message.ToByteArray(), parser.ParseFrom);
}
