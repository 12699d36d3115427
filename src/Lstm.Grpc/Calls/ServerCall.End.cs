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
    public Task EndAsync(Status status)
    {
        _ended = true;
        // Of a call that was over at once: nothing else can end it, and no write is under way.
        if (_timer is null && !_endsWithHost && TryClose())
        {
            Finish(status);
            return Task.CompletedTask;
        }
        return AgreeOnEndAsync(status);
    }

    private async Task AgreeOnEndAsync(Status status)
    {
        // After this nothing else can end the call: either it has been ended early, or the handler does.
        if (_timer is not null)
            await _timer.DisposeAsync().ConfigureAwait(false);
        await _shutdownRegistration.DisposeAsync().ConfigureAwait(false);
        if (_earlyEnd is not null)
        {
            await _earlyEnd.ConfigureAwait(false);
            Count(_earlyStatus);
            return;
        }
        await CloseAsync().ConfigureAwait(false);
        Finish(status);
    }

    private void Finish(Status status)
    {
        if (IsClientGone)
        {
            status = Status.DefaultCancelled;
            GrpcServerLog.ClientGone(_settings.Log, _method.FullName);
        }
        else
        {
            PutStatus(status);
        }
        Count(status);
    }

    private void Count(Status status) =>
        _settings.Meter.CallEnded(_method, status.StatusCode, _startTimestamp is { } start ? _settings.Time.GetElapsedTime(start) : null, _input?.Received ?? 0, _messagesSent);

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

    /// <summary>Whether the client has reset the call, or its connection is gone.</summary>
    public bool IsAborted => _aborted.IsCancellationRequested;

    // A read fails a moment before Kestrel cancels RequestAborted.
    private bool IsClientGone => IsAborted || _input?.PipeFailure is not null;

    // Nothing but the end may follow.
    private void PutStatus(Status status)
    {
        if (_writer.IsBroken)
        {
            if (HttpContext.Features.Get<IHttpResetFeature>() is { } stream)
                stream.Reset(Http2InternalError);
            else
                HttpContext.Abort(); // HTTP/1 has no streams: the connection ends.
            return;
        }
        // What was written with BufferHint and not flushed.
        _writer.Commit();
        // Without headers and messages before, the status travels in the headers (Trailers-Only).
        var destination = _messageWritten || HttpContext.Response.HasStarted
            ? ((IHttpResponseTrailersFeature)HttpContext.Features[typeof(IHttpResponseTrailersFeature)]!).Trailers // HTTP/2, HTTP/3 and gRPC-Web have it.
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
