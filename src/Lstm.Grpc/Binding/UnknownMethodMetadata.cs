namespace Grpc.AspNetCore.Server.Binding;

/// <summary>Endpoint metadata: the endpoint answers for methods that do not exist.</summary>
internal sealed class UnknownMethodMetadata;
