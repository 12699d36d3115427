using Grpc.Core;
using Grpc.Wire;
using Microsoft.AspNetCore.Http;

namespace Grpc.AspNetCore.Server.Calls;

/// <summary>Serves the requests for one method.</summary>
internal abstract class CallHandler(IMethod method, CallSettings settings)
{
    // Most calls are over at once: then nothing here is asynchronous.
    public Task HandleAsync(HttpContext context)
    {
        if (!RequestHead.Accept(context))
            return Task.CompletedTask;
        // Routes match in any case; gRPC paths are case-sensitive (PROTOCOL-HTTP2, Requests).
        if (context.Request.Path.Value?.EndsWith(method.FullName, StringComparison.Ordinal) != true)
        {
            RequestHead.AnswerUnimplemented(context, "Method is unimplemented.");
            return Task.CompletedTask;
        }
        var call = new ServerCall(context, method, settings);
        if (call.IsDeadlineZero)
            return EndAsync(call, ServerCall.ZeroDeadlineStatus);
        // Under a flood of resets most calls come this far after their end: they cost no handler, and no exception on its way through it.
        if (call.IsAborted)
            return EndAsync(call, Status.DefaultCancelled);
        Task running;
        try
        {
            running = RunAsync(call);
        }
        catch (Exception exception)
        {
            return EndAsync(call, call.StatusOf(exception));
        }
        return running.IsCompletedSuccessfully ? EndAsync(call, call.Status) : AwaitAsync(call, running);
    }

    private static async Task AwaitAsync(ServerCall call, Task running)
    {
        Status status;
        try
        {
            if (!running.IsCompleted)
                call.EndWhenShuttingDown();
            await running.ConfigureAwait(false);
            status = call.Status;
        }
        catch (Exception exception)
        {
            status = call.StatusOf(exception);
        }
        await EndAsync(call, status).ConfigureAwait(false);
    }

    private static Task EndAsync(ServerCall call, Status status)
    {
        bool isOver = true;
        try
        {
            var ending = call.EndAsync(status);
            isOver = ending.IsCompletedSuccessfully;
            return isOver ? Task.CompletedTask : AwaitEndAsync(call, ending);
        }
        finally
        {
            if (isOver)
                call.Dispose();
        }
    }

    private static async Task AwaitEndAsync(ServerCall call, Task ending)
    {
        using (call)
            await ending.ConfigureAwait(false);
    }

    /// <summary>Reads what the handler needs, runs it, and writes what it returns.</summary>
    protected abstract Task RunAsync(ServerCall call);

    /// <summary>Reads the one request and the end behind it (statuscodes.md: cardinality violations are UNIMPLEMENTED).</summary>
    protected static ValueTask<T> ReadSingleAsync<T>(ServerCall call, Marshaller<T> marshaller)
        where T : class
    {
        var messages = call.CreateReader(marshaller);
        var reading = messages.ReadOnlyOneAsync();
        return reading.IsCompletedSuccessfully ? new(Only(messages, reading.Result)) : AwaitSingleAsync(messages, reading);
    }

    private static async ValueTask<T> AwaitSingleAsync<T>(MessageReader<T> messages, ValueTask<bool> reading)
        where T : class => Only(messages, await reading.ConfigureAwait(false));

    // There is a message when it was found.
    private static T Only<T>(MessageReader<T> messages, bool found)
        where T : class => found ? messages.Current! : throw MessageReader.WrongCount("none");

    protected static T Returned<T>(T? response)
        where T : class => response ?? throw new RpcException(new Status(StatusCode.Cancelled, "No message returned from method."));
}
