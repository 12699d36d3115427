using Grpc.Core;

namespace Lstm.Transport;

/// <summary>Answers a stream as the service does: replies to requests that came together leave together.</summary>
internal static class EchoStream
{
    private static readonly WriteOptions Later = new(WriteFlags.BufferHint);
    private static readonly WriteOptions Now = new();

    /// <summary>Answers every request.</summary>
    /// <typeparam name="TRequest">The request.</typeparam>
    /// <typeparam name="TReply">The reply.</typeparam>
    /// <param name="requests">From the client.</param>
    /// <param name="replies">To the client.</param>
    /// <param name="answer">Gives the reply to a request and its number.</param>
    /// <returns>Completes when the client is done.</returns>
    public static async Task RunAsync<TRequest, TReply>(IAsyncStreamReader<TRequest> requests, IServerStreamWriter<TReply> replies, Func<TRequest, ulong, TReply> answer)
        where TRequest : class
    {
        await using var messages = requests.ReadAllAsync().GetAsyncEnumerator();
        ulong count = 0;
        var next = messages.MoveNextAsync();
        while (await next)
        {
            var reply = answer(messages.Current, ++count);
            next = messages.MoveNextAsync();
            replies.WriteOptions = next.IsCompleted ? Later : Now;
            await replies.WriteAsync(reply);
        }
    }
}
