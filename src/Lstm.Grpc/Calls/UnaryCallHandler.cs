using Grpc.Core;

namespace Grpc.AspNetCore.Server.Calls;

internal sealed class UnaryCallHandler<TRequest, TResponse>(Method<TRequest, TResponse> method, CallSettings settings, UnaryServerMethod<TRequest, TResponse> handler)
    : CallHandler(method, settings)
    where TRequest : class
    where TResponse : class
{
    protected override Task RunAsync(ServerCall call)
    {
        var reading = ReadSingleAsync(call, method.RequestMarshaller);
        if (!reading.IsCompletedSuccessfully)
            return AnswerAsync(call, reading);
        var answering = handler(reading.Result, call);
        if (!answering.IsCompletedSuccessfully)
            return AnswerAsync(call, answering);
        Write(call, answering.Result);
        return Task.CompletedTask;
    }

    private async Task AnswerAsync(ServerCall call, ValueTask<TRequest> reading) =>
        Write(call, await handler(await reading.ConfigureAwait(false), call).ConfigureAwait(false));

    private async Task AnswerAsync(ServerCall call, Task<TResponse> answering) => Write(call, await answering.ConfigureAwait(false));

    private void Write(ServerCall call, TResponse response) => call.WriteSingle(Returned(response), method.ResponseMarshaller.ContextualSerializer);
}
