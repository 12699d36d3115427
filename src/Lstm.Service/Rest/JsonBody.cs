using System.Globalization;
using System.Text.Json;
using Lstm.Service.Errors;
using Lstm.Service.Options;

namespace Lstm.Service.Rest;

/// <summary>Reads a JSON body: bounded, and every fault told with its place.</summary>
/// <param name="options">The size limit.</param>
internal sealed class JsonBody(ServerOptions options)
{
    private const int FirstBuffer = 4096;

    /// <summary>Reads one object.</summary>
    /// <typeparam name="T">What it is.</typeparam>
    /// <param name="request">The request.</param>
    /// <param name="check">Looks through the bytes first, because objects may be many times as large; refuses what is too much.</param>
    /// <returns>The object.</returns>
    /// <exception cref="LstmException">UNSUPPORTED_MEDIA_TYPE, MESSAGE_TOO_LARGE, MALFORMED_JSON, UNKNOWN_FIELD or INVALID_FIELD.</exception>
    public async Task<T> ReadAsync<T>(HttpRequest request, Action<ReadOnlyMemory<byte>>? check = null)
        where T : class
    {
        if (!string.IsNullOrEmpty(request.ContentType) && !request.HasJsonContentType())
            throw NotJson(request);
        var body = await ReadBytesAsync(request);
        check?.Invoke(body);
        try
        {
            return JsonSerializer.Deserialize<T>(body.Span, RestJson.Options)
                ?? throw new LstmException(ErrorCode.InvalidField, "The body is null. Expected an object.", ("field", ""));
        }
        catch (JsonException e)
        {
            throw JsonFault.Explain(e, body, typeof(T));
        }
    }

    /// <summary>The refusal of a body of another media type.</summary>
    /// <param name="request">The request.</param>
    /// <returns>UNSUPPORTED_MEDIA_TYPE.</returns>
    public static LstmException NotJson(HttpRequest request) => new(
        ErrorCode.UnsupportedMediaType, $"Expected a body of Content-Type application/json but got '{request.ContentType}'.", ("content_type", request.ContentType ?? ""));

    private async Task<ReadOnlyMemory<byte>> ReadBytesAsync(HttpRequest request)
    {
        if (request.ContentLength > options.MaxBodyBytes)
            throw TooLarge(request.ContentLength.Value);
        var buffer = new byte[(int)(request.ContentLength ?? FirstBuffer) + 1]; // One more, so that the end is seen without growing.
        int length = 0;
        while (await request.Body.ReadAsync(buffer.AsMemory(length), request.HttpContext.RequestAborted) is var read and > 0)
        {
            length += read;
            if (length > options.MaxBodyBytes)
                throw TooLarge(length);
            if (length == buffer.Length)
                Array.Resize(ref buffer, 2 * length);
        }

        return buffer.AsMemory(0, length);
    }

    private LstmException TooLarge(long found) => new(
        ErrorCode.MessageTooLarge,
        $"Expected a body of at most {options.MaxBodyBytes} bytes (Lstm:Server:MaxBodyBytes) but got {found} or more. Send fewer steps in a message.",
        ("max_bytes", options.MaxBodyBytes.ToString(CultureInfo.InvariantCulture)));
}
