namespace Grpc.Wire;

/// <summary>The messages of a call in order.</summary>
internal sealed class MessageSequence<T>(IMessageSource<T> source, CancellationToken cancellationToken) : IAsyncEnumerable<T>
{
    public IAsyncEnumerator<T> GetAsyncEnumerator(CancellationToken ofEnumerator = default)
    {
        if (!ofEnumerator.CanBeCanceled || ofEnumerator == cancellationToken)
            return new Enumerator(source, cancellationToken, null);
        if (!cancellationToken.CanBeCanceled)
            return new Enumerator(source, ofEnumerator, null);
        var both = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, ofEnumerator);
        return new Enumerator(source, both.Token, both);
    }

    private sealed class Enumerator(IMessageSource<T> source, CancellationToken cancellationToken, CancellationTokenSource? owned) : IAsyncEnumerator<T>
    {
        public T Current => source.Current;

        public ValueTask<bool> MoveNextAsync() => source.ReadAsync(cancellationToken);

        public ValueTask DisposeAsync()
        {
            owned?.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
