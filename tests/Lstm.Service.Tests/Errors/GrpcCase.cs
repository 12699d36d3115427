using Lstm.Service.Errors;
using Lstm.V1;

namespace Lstm.Service.Tests.Errors;

/// <summary>A call that has to be refused, and how.</summary>
internal sealed record GrpcCase(string Name, ErrorCode Code, Func<Inference.InferenceClient, Task> Call, string Detail, params (string Key, string Value)[] Metadata);
