namespace Grpc.AspNetCore.Server;

/// <summary>Options of one service; what is not set comes from the options of all services. Its interceptors run after those of all services.</summary>
/// <typeparam name="TService">The service.</typeparam>
public class GrpcServiceOptions<TService> : GrpcServiceOptions
    where TService : class
{
}
