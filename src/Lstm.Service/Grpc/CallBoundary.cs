using Grpc.Core;
using Lstm.Service.Errors;
using Lstm.Service.Observability;
using Lstm.Service.Sessions;

namespace Lstm.Service.Grpc;

/// <summary>Where every call begins and ends: names its span, turns faults into statuses, counts refusals, logs what is unexpected.</summary>
internal sealed class CallBoundary(LstmMeter meter, ILogger<CallBoundary> log)
{
    /// <summary>The face's name in metrics and logs.</summary>
    public const string Face = "grpc";

    /// <summary>Runs a call.</summary>
    /// <typeparam name="T">Its reply.</typeparam>
    /// <param name="context">The call.</param>
    /// <param name="call">What it does.</param>
    /// <returns>The reply.</returns>
    /// <exception cref="RpcException">The call failed; the status says why.</exception>
    public async Task<T> RunAsync<T>(ServerCallContext context, Func<ValueTask<T>> call)
    {
        RequestSpan.IsRpc(context.Method);
        try
        {
            var reply = await call();
            RequestSpan.Ended((int)StatusCode.OK);
            return reply;
        }
        catch (Exception e)
        {
            throw ToRpcException(e, context);
        }
    }

    /// <summary>Notes a fault that is told in band.</summary>
    /// <param name="fault">The fault.</param>
    /// <param name="face">Whose.</param>
    public void Refused(LstmException fault, string face = Face)
    {
        meter.Refused(fault.Entry.Reason, face);
        log.RequestRefused(face, fault.Entry.Reason, fault.Message);
    }

    /// <summary>Notes the faults of one message that are told in band. The log has the first for each reason: there may be thousands.</summary>
    /// <param name="steps">The steps of the message; in: whatever went wrong, out: faults that can be told.</param>
    public void Refused(StepGroup steps)
    {
        if (!steps.HasFaults)
            return;
        Span<int> counts = stackalloc int[ErrorMap.All.Count];
        counts.Clear();
        (Exception? found, LstmException? told) = (null, null);
        for (int n = 0; n < steps.Count; n++)
        {
            ref var entry = ref steps[n];
            if (entry.Fault is null)
                continue;
            // What breaks a run of the model is the same for all that were in it.
            if (told is null || entry.Fault != found)
                (found, told) = (entry.Fault, entry.Fault as LstmException ?? Unexpected(entry.Fault, "Stream"));
            entry.Fault = told;
            if (counts[(int)told.Code]++ == 0)
                log.RequestRefused(Face, told.Entry.Reason, entry.Told.Message);
        }

        foreach (var entry in ErrorMap.All)
        {
            if (counts[(int)entry.Code] > 0)
                meter.Refused(entry.Reason, Face, counts[(int)entry.Code]);
        }
    }

    private RpcException ToRpcException(Exception e, ServerCallContext context)
    {
        if (e is RpcException rpc) // From the gRPC layer itself: a message too large, for example.
        {
            RequestSpan.Ended((int)rpc.StatusCode, rpc.StatusCode.ToString());
            return rpc;
        }

        if (IsGivenUp(e, context))
        {
            var status = context.Deadline <= DateTime.UtcNow ? StatusCode.DeadlineExceeded : StatusCode.Cancelled;
            RequestSpan.Ended((int)status, status.ToString());
            return new RpcException(new(status, "The call was given up by its client."));
        }

        var fault = e as LstmException ?? Unexpected(e, context.Method);
        Refused(fault);
        RequestSpan.Ended((int)fault.Entry.Grpc, fault.Entry.Reason);
        return GrpcFault.ToRpcException(fault);
    }

    // The client went away, cancelled or ran out of time; nobody reads the answer. A read can fail a moment before the call's token
    // is cancelled, and nothing else here does input or output.
    private static bool IsGivenUp(Exception e, ServerCallContext context) =>
        e is IOException or OperationCanceledException || (e is InvalidOperationException && context.CancellationToken.IsCancellationRequested);

    /// <summary>Logs what should not have happened.</summary>
    /// <param name="e">What happened.</param>
    /// <param name="request">Where.</param>
    /// <returns>INTERNAL, without the details.</returns>
    public LstmException Unexpected(Exception e, string request)
    {
        log.RequestFailed(e, Face, request);
        return new(ErrorCode.Internal, "The service failed; the state is as before. Its log has the details under the trace id.", ("trace_id", System.Diagnostics.Activity.Current?.TraceId.ToHexString() ?? ""));
    }
}
