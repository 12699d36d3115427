using Grpc.Core;

namespace Lstm.Service.Tests.Hosting;

/// <summary>What carries the gRPC calls.</summary>
internal static class GrpcLayer
{
    /// <summary>Whether src/Lstm.Grpc does, and not the official packages (-p:UseGrpcPackages=true).</summary>
    public static bool IsOurs { get; } = typeof(Metadata).Assembly.GetName().Name == "Lstm.Grpc.Core";
}
