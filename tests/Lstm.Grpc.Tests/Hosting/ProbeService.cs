using Google.Protobuf;
using Grpc.Core;
using Lstm.Grpc.Tests.Protos;

namespace Lstm.Grpc.Tests.Hosting;

/// <summary>Does what the request asks; reports to <see cref="ProbeLog"/> what the transport did to it.</summary>
internal sealed class ProbeService(ProbeLog log) : Probe.ProbeBase
{
    public override async Task<ProbeReply> Unary(ProbeRequest request, ServerCallContext context)
    {
        await BehaveAsync(request, context);
        return request.Behaviour switch
        {
            Behaviour.ReturnNull => null!,
            Behaviour.EmptyReply => new ProbeReply(),
            _ => Reply(request, 1),
        };
    }

    public override async Task<ProbeReply> ClientStream(IAsyncStreamReader<ProbeRequest> requestStream, ServerCallContext context)
    {
        int count = 0;
        long bytes = 0;
        await foreach (var request in ReadAsync(requestStream, context))
        {
            count++;
            bytes += request.Payload.Length;
            await BehaveAsync(request, context);
        }
        return new ProbeReply { Count = count, Text = $"{bytes}" };
    }

    public override async Task ServerStream(ProbeRequest request, IServerStreamWriter<ProbeReply> responseStream, ServerCallContext context)
    {
        await BehaveAsync(request, context);
        if (request.Behaviour == Behaviour.WriteTwice)
        {
            var first = responseStream.WriteAsync(Reply(request, 1));
            var second = responseStream.WriteAsync(Reply(request, 2));
            log.Report(await Record.ExceptionAsync(() => second));
            await first;
            return;
        }
        for (int i = 1; i <= request.Replies; i++)
        {
            if (request.Behaviour == Behaviour.BufferHint)
                responseStream.WriteOptions = i < request.Replies ? new WriteOptions(WriteFlags.BufferHint) : WriteOptions.Default;
            if (request.Behaviour is Behaviour.BufferAll or Behaviour.BufferAllAndHang)
                responseStream.WriteOptions = new WriteOptions(WriteFlags.BufferHint);
            try
            {
                await responseStream.WriteAsync(Reply(request, i));
            }
            catch (Exception exception)
            {
                log.Report(exception);
                throw;
            }
        }
        if (request.Behaviour == Behaviour.BufferAllAndHang)
            await log.WaitForCancellationAsync(context);
        if (request.Behaviour == Behaviour.WriteLater)
            log.Later = () => responseStream.WriteAsync(new ProbeReply());
    }

    public override async Task Duplex(IAsyncStreamReader<ProbeRequest> requestStream, IServerStreamWriter<ProbeReply> responseStream, ServerCallContext context)
    {
        int count = 0;
        await foreach (var request in ReadAsync(requestStream, context))
        {
            await BehaveAsync(request, context);
            await responseStream.WriteAsync(Reply(request, ++count));
        }
    }

    private async IAsyncEnumerable<ProbeRequest> ReadAsync(IAsyncStreamReader<ProbeRequest> requests, ServerCallContext context)
    {
        log.Started(context);
        while (true)
        {
            try
            {
                if (!await requests.MoveNext())
                    yield break;
            }
            catch (Exception exception)
            {
                log.Report(exception);
                throw;
            }
            yield return requests.Current;
        }
    }

    private async Task BehaveAsync(ProbeRequest request, ServerCallContext context)
    {
        log.Started(context);
        switch (request.Behaviour)
        {
            case Behaviour.Fail:
                throw new RpcException(new Status((StatusCode)request.StatusCode, request.Text), new Metadata { { "x-why", "asked to" } });
            case Behaviour.Throw:
                throw new InvalidOperationException(request.Text);
            case Behaviour.Hang:
                await log.WaitForCancellationAsync(context);
                break;
            case Behaviour.HangDeaf:
                await log.LetGo;
                break;
            case Behaviour.EchoMetadata:
                var headers = new Metadata();
                foreach (var entry in context.RequestHeaders.Where(entry => entry.Key.StartsWith("x-", StringComparison.Ordinal)))
                {
                    headers.Add(entry);
                    context.ResponseTrailers.Add(entry);
                }
                await context.WriteResponseHeadersAsync(headers);
                break;
            case Behaviour.HeadersFirst:
                await context.WriteResponseHeadersAsync([]);
                await log.LetGo;
                break;
            case Behaviour.NoCompression:
                context.WriteOptions = new WriteOptions(WriteFlags.NoCompress);
                break;
            case Behaviour.SetStatus:
                context.Status = new Status((StatusCode)request.StatusCode, request.Text);
                break;
            case Behaviour.Details:
                throw new RpcException(new Status(StatusCode.FailedPrecondition, "see details"), new Metadata { { "grpc-status-details-bin", request.Payload.ToByteArray() } });
            default:
                break;
        }
    }

    private static ProbeReply Reply(ProbeRequest request, int count) => new()
    {
        Text = request.Text,
        Count = count,
        Payload = request.ReplyBytes > 0 ? ByteString.CopyFrom(new byte[request.ReplyBytes]) : request.Payload,
    };
}
