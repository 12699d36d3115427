using System.Threading.Channels;
using Grpc.Core;
using Grpc.Core.Interceptors;

namespace Lstm.Grpc.Services.Tests.Hosting;

/// <summary>Makes every reader of a response stream a slow one: a write completes when the test says so.</summary>
internal sealed class WriteGate : Interceptor
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly Channel<bool> _begun = Channel.CreateUnbounded<bool>();
    private readonly Channel<bool> _let = Channel.CreateUnbounded<bool>();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when the handler of a call has returned.</summary>
    public Task Ended => _ended.Task.WaitAsync(Patience);

    /// <summary>Waits until the next write has begun.</summary>
    public Task WriteBegunAsync() => _begun.Reader.ReadAsync().AsTask().WaitAsync(Patience);

    /// <summary>Lets one write complete.</summary>
    public void Let() => _let.Writer.TryWrite(true);

    public override async Task ServerStreamingServerHandler<TRequest, TResponse>(
        TRequest request, IServerStreamWriter<TResponse> responseStream, ServerCallContext context, ServerStreamingServerMethod<TRequest, TResponse> continuation)
    {
        try
        {
            await continuation(request, new GatedWriter<TResponse>(this, responseStream), context);
        }
        finally
        {
            _ended.TrySetResult();
        }
    }

    private sealed class GatedWriter<T>(WriteGate gate, IServerStreamWriter<T> inner) : IServerStreamWriter<T>
    {
        public WriteOptions? WriteOptions
        {
            get => inner.WriteOptions;
            set => inner.WriteOptions = value;
        }

        public async Task WriteAsync(T message)
        {
            gate._begun.Writer.TryWrite(true);
            await gate._let.Reader.ReadAsync().AsTask().WaitAsync(Patience);
            await inner.WriteAsync(message);
        }
    }
}
