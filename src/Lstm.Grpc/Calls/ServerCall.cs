using System.IO.Pipelines;
using Grpc.Core;
using Grpc.Wire;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.Timeouts;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace Grpc.AspNetCore.Server.Calls;

/// <summary>
/// One call from its head to its status. Everything that goes to the response passes one gate (ServerCall.Write.cs);
/// the end happens once, by the handler's return or by the deadline (ServerCall.End.cs).
/// </summary>
internal sealed partial class ServerCall : ServerCallContext, IDisposable
{
    private readonly CallSettings _settings;
    private readonly IMethod _method;
    private readonly long? _startTimestamp;
    private readonly string? _requestEncoding;
    private readonly PipeWriter _output;
    private readonly CancellationToken _aborted;
    private MessageReader? _input;
    private Metadata? _requestHeaders;
    private Metadata? _responseTrailers;
    private AuthContext? _authContext;
    private string? _peer;
    private long _messagesSent;

    public ServerCall(HttpContext httpContext, IMethod method, CallSettings settings)
    {
        HttpContext = httpContext;
        _method = method;
        _settings = settings;
        var request = httpContext.Request.Headers;
        var response = httpContext.Response;
        response.ContentType = HeaderNames.GrpcContentType;
        _requestEncoding = request.GrpcEncoding;
        if (_requestEncoding is not (null or MessageEncoding.Identity) && !MessageEncoding.IsSupported(_requestEncoding))
            response.Headers.GrpcAcceptEncoding = MessageEncoding.Accepted;
        string? responseEncoding = settings.ResponseEncoding;
        if (responseEncoding is not null && MessageEncoding.Accepts(request.GrpcAcceptEncoding, responseEncoding))
            response.Headers.GrpcEncoding = responseEncoding;
        else
            responseEncoding = null;
        _output = response.BodyWriter;
        _aborted = httpContext.RequestAborted;
        _writer = new MessageWriter(_output, settings.MaxSendMessageSize, responseEncoding, settings.ResponseCompressionLevel);
        LiftRequestLimits(httpContext, method.Type);
        ReadDeadline(request.GrpcTimeout);
        if (settings.Meter.MeasuresDuration)
            _startTimestamp = settings.Time.GetTimestamp();
        settings.Meter.CallStarted(method);
    }

    public HttpContext HttpContext { get; }

    protected override string MethodCore => _method.FullName;

    protected override string HostCore => HttpContext.Request.Host.Value ?? "";

    protected override string PeerCore => _peer ??= PeerAddress.Of(HttpContext.Connection);

    protected override DateTime DeadlineCore => _deadline;

    protected override Metadata RequestHeadersCore => _requestHeaders ??= ReadRequestHeaders();

    protected override CancellationToken CancellationTokenCore => _cancellation?.Token ?? MakeToken();

    protected override Metadata ResponseTrailersCore => _responseTrailers ??= [];

    protected override Status StatusCore { get; set; } = Status.DefaultSuccess;

    protected override WriteOptions? WriteOptionsCore { get; set; }

    protected override AuthContext AuthContextCore => _authContext ??= PeerCertificate.ToAuthContext(HttpContext.Connection.ClientCertificate);

    /// <summary>Reads messages of the request. At most one reader per call.</summary>
    public MessageReader<T> CreateReader<T>(Marshaller<T> marshaller)
        where T : class
    {
        var reader = new MessageReader<T>(HttpContext.Request.BodyReader, marshaller.ContextualDeserializer, _settings.MaxReceiveMessageSize, _requestEncoding);
        _input = reader;
        return reader;
    }

    public bool HasEnded => _ended;

    protected override ContextPropagationToken CreatePropagationTokenCore(ContextPropagationOptions? options)
    {
        options ??= ContextPropagationOptions.Default;
        return new ServerCallPropagationToken(
            options.IsPropagateDeadline && _deadline != DateTime.MaxValue ? _deadline : null,
            options.IsPropagateCancellation ? CancellationTokenCore : CancellationToken.None);
    }

    private Metadata ReadRequestHeaders()
    {
        var metadata = new Metadata();
        foreach (var (name, values) in HttpContext.Request.Headers)
        {
            if (name.StartsWith(':') || name.StartsWith(HeaderNames.ReservedPrefix, StringComparison.OrdinalIgnoreCase))
                continue;
#pragma warning disable CA1308 // Kestrel gives well-known names in HTTP/1 case; on the wire, and to handlers, they are lower case.
            string key = name.ToLowerInvariant();
#pragma warning restore CA1308
            foreach (string? value in values)
                MetadataValue.AddTo(metadata, key, value ?? "");
        }
        return metadata;
    }

    // The limit per message takes the place of the limit per body; a stream may be silent for as long as it likes.
    private static void LiftRequestLimits(HttpContext context, MethodType type)
    {
        // By type, not by Get<T>(): a virtual call of a generic method is looked up each time.
        if (context.Features[typeof(IHttpMaxRequestBodySizeFeature)] is IHttpMaxRequestBodySizeFeature { IsReadOnly: false } bodySize)
            bodySize.MaxRequestBodySize = null;
        if (type == MethodType.Unary)
            return;
        context.Features.Get<IHttpRequestTimeoutFeature>()?.DisableTimeout();
        if (type == MethodType.ServerStreaming)
            return;
        if (context.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { } dataRate)
            dataRate.MinDataRate = null;
    }
}
