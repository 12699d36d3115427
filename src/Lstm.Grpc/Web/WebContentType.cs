namespace Grpc.AspNetCore.Web;

/// <summary>The content types of gRPC-Web (PROTOCOL-WEB, Content-Type): messages as they are, or as base64 text.</summary>
internal static class WebContentType
{
    public const string Binary = "application/grpc-web";
    public const string Text = "application/grpc-web-text";

    /// <summary>Reads a content type: one of the two, then the end, "+subtype" or parameters.</summary>
    public static bool TryParse(ReadOnlySpan<char> contentType, out bool isText)
    {
        isText = contentType.StartsWith(Text, StringComparison.OrdinalIgnoreCase);
        if (!isText && !contentType.StartsWith(Binary, StringComparison.OrdinalIgnoreCase))
            return false;
        var rest = contentType[(isText ? Text : Binary).Length..];
        return rest.IsEmpty || rest[0] is '+' or ';' or ' ';
    }

    /// <summary>Whether the answer has to be text: as the accept header says, or else as the request is.</summary>
    public static bool IsTextAccepted(string? accept, bool isTextRequest)
    {
        foreach (var part in accept.AsSpan().Split(','))
            if (TryParse(accept.AsSpan()[part].Trim(), out bool isText))
                return isText;
        return isTextRequest;
    }
}
