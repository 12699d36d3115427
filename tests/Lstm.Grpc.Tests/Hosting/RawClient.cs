using System.Buffers.Binary;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Google.Protobuf;
using Lstm.Grpc.Tests.Protos;

namespace Lstm.Grpc.Tests.Hosting;

/// <summary>Sends HTTP/2 requests whose heads and frames the test writes by hand.</summary>
internal sealed class RawClient(string address) : IDisposable
{
    private readonly HttpMessageInvoker _http = new(new SocketsHttpHandler { RequestHeaderEncodingSelector = (_, _) => Encoding.UTF8 });

    public static byte[] Frame(IMessage message) => Frame(message.ToByteArray());

    public static byte[] Frame(byte[] payload, byte flag = 0, uint? announced = null)
    {
        byte[] frame = new byte[5 + payload.Length];
        frame[0] = flag;
        BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(1), announced ?? (uint)payload.Length);
        payload.CopyTo(frame, 5);
        return frame;
    }

    /// <summary>Sends a body in pieces, each flushed by itself, and reads the response to its end, the body not before a task is done.</summary>
    public async Task<RawResponse> CallAsync(
        string method, IEnumerable<byte[]> pieces, Action<HttpRequestMessage>? change = null, bool leaveOpen = false, Func<Task>? beforeReading = null)
    {
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{address}/lstm.grpc.tests.Probe/{method}")
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new PiecesContent(pieces, leaveOpen),
        };
        request.Headers.TE.Add(new TransferCodingWithQualityHeaderValue("trailers"));
        request.Content.Headers.TryAddWithoutValidation("content-type", "application/grpc");
        change?.Invoke(request);
        using var response = await _http.SendAsync(request, timeout.Token);
        if (beforeReading is not null)
            await beforeReading();
        byte[] body = await response.Content.ReadAsByteArrayAsync(timeout.Token);
        return new RawResponse(response, body);
    }

    public Task<RawResponse> CallAsync(string method, byte[] body, Action<HttpRequestMessage>? change = null) => CallAsync(method, [body], change);

    public Task<RawResponse> CallAsync(string method, ProbeRequest request, Action<HttpRequestMessage>? change = null) => CallAsync(method, [Frame(request)], change);

    public void Dispose() => _http.Dispose();

    private sealed class PiecesContent(IEnumerable<byte[]> pieces, bool leaveOpen) : HttpContent
    {
        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
        {
            foreach (byte[] piece in pieces)
            {
                await stream.WriteAsync(piece, cancellationToken);
                await stream.FlushAsync(cancellationToken);
            }
            if (leaveOpen)
                await Task.Delay(Timeout.Infinite, cancellationToken);
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
