using Grpc.Core;

namespace Lstm.Service.Errors;

/// <summary>How one fault looks on every face.</summary>
/// <param name="Code">Which fault.</param>
/// <param name="Reason">Stable, UPPER_SNAKE_CASE: what programs branch on.</param>
/// <param name="Grpc">gRPC status code.</param>
/// <param name="Http">HTTP status.</param>
/// <param name="Title">What it is, in a few words; the same for every occurrence.</param>
/// <param name="Advice">What the caller should do.</param>
internal sealed record ErrorEntry(ErrorCode Code, string Reason, StatusCode Grpc, int Http, string Title, string Advice);
