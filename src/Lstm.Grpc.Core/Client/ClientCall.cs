using System.Buffers;
using System.IO.Compression;
using System.IO.Pipelines;
using Grpc.Core;
using Grpc.Wire;

namespace Grpc.Net.Client;

/// <summary>
/// One call at the client. It is opened once, in the background; it ends once (ClientCall.End.cs): by the server's status, a fault,
/// the deadline, the caller's token, or <see cref="Dispose"/>.
/// </summary>
internal sealed partial class ClientCall : IDisposable
{
    // Zero-byte reads: a stream that waits holds no buffer, so that many streams do not drain the pool of buffers.
    private static readonly StreamPipeReaderOptions BodyReaderOptions = new(bufferSize: 4096, minimumReadSize: 1024, useZeroByteReads: true);
    private static readonly TimeSpan LongestRetryDelay = TimeSpan.FromSeconds(1);

    private readonly GrpcChannel _channel;
    private readonly IMethod _method;
    private readonly string? _host;
    private readonly CallOptions _options;
    private readonly DateTime? _deadline;
    private readonly string? _requestEncoding;
    private readonly TaskCompletionSource<Metadata> _responseHeaders = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _stop = new();
    private HttpResponseMessage? _response;

    public ClientCall(GrpcChannel channel, IMethod method, string? host, CallOptions options)
    {
        _channel = channel;
        _method = method;
        _host = host;
        _options = options;
        if (options.Deadline is { Kind: not DateTimeKind.Utc } local && local != DateTime.MaxValue && local != DateTime.MinValue)
            throw new InvalidOperationException($"Expected a deadline in UTC (DateTime.UtcNow.Add…), but found one of kind {local.Kind}.");
        _deadline = Earlier(options.Deadline, options.PropagationToken?.ParentDeadline);
        _requestEncoding = options.Headers?.GetValue(RequestHeaders.EncodingRequest);
        if (_requestEncoding is not null && !MessageEncoding.IsSupported(_requestEncoding))
            throw new ArgumentException($"The request encoding '{_requestEncoding}' is not supported: use gzip or deflate.", nameof(options));
        if (options.Credentials is not null && !channel.IsSecure && !channel.Options.UnsafeUseInsecureChannelCallCredentials)
            throw ChannelTransport.InsecureCredentials();
        // Who does not ask for the headers must not be told of their failure as an unobserved exception.
        _ = _responseHeaders.Task.ContinueWith(static task => task.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
    }

    public Task<Metadata> ResponseHeaders => _responseHeaders.Task;

    /// <summary>Completes when the head of the response has arrived; fails with <see cref="RpcException"/> when the call ended with a fault before.</summary>
    public Task Opened { get; private set; } = Task.CompletedTask;

    /// <summary>The messages of the response; null when the status came in their place.</summary>
    public PipeReader? Body { get; private set; }

    public WriteOptions? WriteOptions => _options.WriteOptions;

    /// <summary>Sends the request; the content is made again for each attempt.</summary>
    public void Open(Func<HttpContent> content)
    {
        WatchForEnd();
        Opened = OpenAsync(content);
        // As for the headers.
        _ = Opened.ContinueWith(static task => task.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
    }

    public MessageReader<T> CreateReader<T>(Marshaller<T> marshaller, PipeReader body)
        where T : class =>
        new(body, marshaller.ContextualDeserializer, _channel.Options.MaxReceiveMessageSize, RequestHeaders.First(_response?.Headers, HeaderNames.Encoding));

    public MessageWriter CreateWriter(IBufferWriter<byte> output) =>
        new(output, _channel.Options.MaxSendMessageSize, _requestEncoding, CompressionLevel.Fastest);

    /// <summary>The content for one request message.</summary>
    public Func<HttpContent> Serialize<T>(Marshaller<T> marshaller, T request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return () =>
        {
            var frame = new ArrayBufferWriter<byte>();
            bool mayCompress = _options.WriteOptions?.Flags.HasFlag(WriteFlags.NoCompress) != true;
            var messages = CreateWriter(frame);
            messages.Write(request, marshaller.ContextualSerializer, mayCompress);
            messages.Commit();
            return new MessageContent(frame.WrittenMemory);
        };
    }

    private async Task OpenAsync(Func<HttpContent> content)
    {
        try
        {
            if (Outcome is not null)
                throw CreateException();
            var headers = await CredentialHeadersAsync().ConfigureAwait(false);
            _response = await SendAsync(content, headers).ConfigureAwait(false);
            ReadHead(_response);
        }
        catch (RpcException exception)
        {
            throw End(exception.Status, exception.Trailers);
        }
        catch (Exception exception)
        {
            throw End(StatusMapping.FromException(exception), Metadata.Empty);
        }
        // The call may have ended while the response arrived.
        if (Outcome is { Status.StatusCode: not StatusCode.OK })
        {
            _response.Dispose();
            throw CreateException();
        }
    }

    private async Task<HttpResponseMessage> SendAsync(Func<HttpContent> content, Metadata? credentials)
    {
        for (var delay = TimeSpan.FromMilliseconds(50); ; delay *= 2)
        {
            var request = RequestHeaders.Create(_channel.AddressOf(_method), _host, _options.Headers, credentials, _deadline, _requestEncoding);
            request.Content = content();
            request.Content.Headers.TryAddWithoutValidation(HeaderNames.ContentType, HeaderNames.GrpcContentType);
            try
            {
                return await _channel.SendAsync(request, _stop.Token).ConfigureAwait(false);
            }
            catch (HttpRequestException exception) when (_options.IsWaitForReady && exception.HttpRequestError is HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError)
            {
                await Task.Delay(delay < LongestRetryDelay ? delay : LongestRetryDelay, _stop.Token).ConfigureAwait(false);
            }
        }
    }

    private async Task<Metadata?> CredentialHeadersAsync()
    {
        var ofChannel = _channel.Options.Credentials?.CallCredentials;
        if (ofChannel is null && _options.Credentials is null)
            return null;
        var metadata = new Metadata();
        var address = _channel.AddressOf(_method);
        var context = new AuthInterceptorContext($"{address.Scheme}://{address.Authority}/{_method.ServiceName}", _method.Name, _stop.Token);
        if (ofChannel is not null)
            await ofChannel.AddToAsync(context, metadata).ConfigureAwait(false);
        if (_options.Credentials is not null)
            await _options.Credentials.AddToAsync(context, metadata).ConfigureAwait(false);
        return metadata;
    }

    private void ReadHead(HttpResponseMessage response)
    {
        var metadata = StatusMapping.ToMetadata(response.Headers);
        if (StatusMapping.FromHead(response) is { } status)
        {
            _responseHeaders.TrySetResult(metadata);
            End(status, metadata);
            return;
        }
        Body = PipeReader.Create(response.Content.ReadAsStream(), BodyReaderOptions);
        _responseHeaders.TrySetResult(metadata);
    }

    private static DateTime? Earlier(DateTime? a, DateTime? b) => a is null || b < a ? b : a;
}
