using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using Grpc.Core;
using Lstm.Service.Errors;
using Lstm.V1;

namespace Lstm.Service.Grpc;

/// <summary>Faults as gRPC tells them: the status of a failed call, or an error in band.</summary>
internal static class GrpcFault
{
    /// <summary>The trailer that carries google.rpc.Status.</summary>
    public const string DetailsTrailer = "grpc-status-details-bin";

    /// <summary>A call's end, with google.rpc.ErrorInfo in the trailers.</summary>
    /// <param name="fault">The fault.</param>
    /// <returns>What to throw.</returns>
    public static RpcException ToRpcException(LstmException fault) =>
        new(new(fault.Entry.Grpc, fault.Message), new Metadata { { DetailsTrailer, DetailsOf(fault).ToByteArray() } });

    /// <summary>What the trailer carries.</summary>
    /// <param name="fault">The fault.</param>
    /// <returns>Code, message and one ErrorInfo.</returns>
    public static Google.Rpc.Status DetailsOf(LstmException fault)
    {
        var info = new ErrorInfo { Domain = ErrorMap.Domain, Reason = fault.Entry.Reason };
        foreach (var (key, value) in fault.Metadata)
            info.Metadata[key] = value;
        return new() { Code = (int)fault.Entry.Grpc, Message = fault.Message, Details = { Any.Pack(info) } };
    }

    /// <summary>An error in band; the other sessions of the stream go on.</summary>
    /// <param name="fault">The fault.</param>
    /// <returns>The error; names no step.</returns>
    public static Error ToError(LstmException fault)
    {
        var error = new Error { Code = (int)fault.Entry.Grpc, Reason = fault.Entry.Reason, Message = fault.Message };
        foreach (var (key, value) in fault.Metadata)
            error.Metadata[key] = value;
        return error;
    }
}
