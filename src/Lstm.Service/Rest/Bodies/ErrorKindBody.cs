using Lstm.Service.Errors;

namespace Lstm.Service.Rest.Bodies;

/// <summary>A kind of fault.</summary>
/// <param name="Reason">Stable, UPPER_SNAKE_CASE.</param>
/// <param name="Title">In a few words.</param>
/// <param name="HttpStatus">On HTTP.</param>
/// <param name="GrpcStatus">On gRPC.</param>
/// <param name="Advice">What to do.</param>
internal sealed record ErrorKindBody(string Reason, string Title, int HttpStatus, string GrpcStatus, string Advice)
{
    /// <summary>Describes a kind of fault.</summary>
    /// <param name="entry">Its entry.</param>
    /// <returns>The body.</returns>
    public static ErrorKindBody From(ErrorEntry entry) => new(entry.Reason, entry.Title, entry.Http, entry.Grpc.ToString(), entry.Advice);
}
