using System.Globalization;
using Grpc.Core;
using Grpc.Wire;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;

namespace Grpc.AspNetCore.Server.Calls;

// The end: one status per call. Deadline and shutdown end the call even when the handler goes on; the request lives until the handler returns,
// because Kestrel reuses its objects afterwards.
internal sealed partial class ServerCall
{
    private const int Http2InternalError = 2;

    private static readonly StringValues StatusOk = "0";

    /// <summary>Ends the call with the status of its handler, unless it was ended before.</summary>
    public async Task EndAsync(Status status)
    {
        // After this nothing else can end the call: either it has been ended early, or the handler does.
        if (_timer is not null)
            await _timer.DisposeAsync().ConfigureAwait(false);
        await _shutdownRegistration.DisposeAsync().ConfigureAwait(false);
        if (_earlyEnd is not null)
        {
            await _earlyEnd.ConfigureAwait(false);
            status = _earlyStatus;
        }
        else if (IsClientGone)
        {
            _ended = true;
            status = Status.DefaultCancelled;
            GrpcServerLog.ClientGone(_settings.Log, _method.FullName);
        }
        else
        {
            await SendStatusAsync(status).ConfigureAwait(false);
        }
        _settings.Meter.CallEnded(_method, status.StatusCode, _startTimestamp is { } start ? _settings.Time.GetElapsedTime(start) : null, _input?.Received ?? 0, _messagesSent);
    }

    public void Dispose()
    {
        _abortRegistration.Dispose();
        _cancellation?.Dispose();
    }

    /// <summary>The status for what a handler threw.</summary>
    public Status StatusOf(Exception exception)
    {
        if (exception is RpcException rpc)
        {
            foreach (var entry in rpc.Trailers)
                ResponseTrailersCore.Add(entry);
            GrpcServerLog.CallFailed(_settings.Log, _method.FullName, rpc.StatusCode, rpc.Status.Detail);
            return rpc.Status;
        }
        bool expected = _endedEarly || IsClientGone;
        if (!expected)
            GrpcServerLog.HandlerFailed(_settings.Log, _method.FullName, exception);
        const string text = "Exception was thrown by handler.";
        return new Status(StatusCode.Unknown, _settings.DetailedErrors ? $"{text} {exception.GetType().Name}: {exception.Message}" : text);
    }

    // A read fails a moment before Kestrel cancels RequestAborted.
    private bool IsClientGone => HttpContext.RequestAborted.IsCancellationRequested || _input?.PipeFailure is not null;

    private async Task SendStatusAsync(Status status)
    {
        _ended = true;
        // A handler may return, or the deadline may pass, while a write waits for flow control.
        while (Interlocked.CompareExchange(ref _gate, 1, 0) != 0)
            await (_pendingWrite ?? Task.CompletedTask).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ForceYielding);
        if (_writer.IsBroken)
        {
            if (HttpContext.Features.Get<IHttpResetFeature>() is { } stream)
                stream.Reset(Http2InternalError);
            else
                HttpContext.Abort(); // HTTP/1 has no streams: the connection ends.
            return;
        }
        // Without headers and messages before, the status travels in the headers (Trailers-Only).
        var destination = _messageWritten || HttpContext.Response.HasStarted
            ? HttpContext.Features.GetRequiredFeature<IHttpResponseTrailersFeature>().Trailers
            : HttpContext.Response.Headers;
        destination.GrpcStatus = status.StatusCode == StatusCode.OK ? StatusOk : ((int)status.StatusCode).ToString(CultureInfo.InvariantCulture);
        if (!string.IsNullOrEmpty(status.Detail))
            destination.GrpcMessage = StatusMessage.Encode(status.Detail);
        if (_responseTrailers is not null && !_endedEarly)
            AppendTo(destination, _responseTrailers);
    }

    private void AppendTo(IHeaderDictionary destination, Metadata metadata)
    {
        foreach (var entry in metadata)
        {
            if (HeaderNames.IsReserved(entry.Key))
                GrpcServerLog.ReservedTrailer(_settings.Log, _method.FullName, entry.Key);
            else
                destination[entry.Key] = StringValues.Concat(destination[entry.Key], MetadataValue.Encode(entry));
        }
    }
}
