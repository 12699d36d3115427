using Google.Rpc;
using Grpc.Core;

namespace Lstm.Service.Tests.Hosting;

/// <summary>What a refused gRPC call said.</summary>
internal sealed record GrpcRefusal(StatusCode Code, string Message, ErrorInfo Info)
{
    public static async Task<GrpcRefusal> OfAsync(Func<Task> call)
    {
        var e = await Assert.ThrowsAsync<RpcException>(call);
        byte[] trailer = Assert.Single(e.Trailers, static t => t.Key == "grpc-status-details-bin").ValueBytes;
        var status = Google.Rpc.Status.Parser.ParseFrom(trailer);
        Assert.Equal((int)e.StatusCode, status.Code);
        Assert.Equal(e.Status.Detail, status.Message);
        var info = Assert.Single(status.Details).Unpack<ErrorInfo>();
        Assert.Equal("lstm", info.Domain);
        return new(e.StatusCode, e.Status.Detail, info);
    }
}
