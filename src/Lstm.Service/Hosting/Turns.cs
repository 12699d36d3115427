using Lstm.Service.Errors;

namespace Lstm.Service.Hosting;

/// <summary>Lets costly requests take turns: few run at a time, so that steps keep their processors; some wait, more are refused.</summary>
internal sealed class Turns : IDisposable
{
    private readonly SemaphoreSlim _free;
    private readonly Func<LstmException> _refusal;
    private readonly int _most;
    private int _present;

    /// <summary>Nobody runs yet.</summary>
    /// <param name="running">At the same time; 0: half of the processors, at least one.</param>
    /// <param name="waiting">Wait for their turn at most.</param>
    /// <param name="refusal">Makes what one more is told.</param>
    public Turns(int running, int waiting, Func<LstmException> refusal)
    {
        int free = running > 0 ? running : Math.Max(1, Environment.ProcessorCount / 2);
        _free = new(free, free);
        _refusal = refusal;
        _most = free + waiting;
    }

    /// <summary>Waits for a turn.</summary>
    /// <param name="gone">Cancelled when it is not wanted any more.</param>
    /// <returns>The turn; disposing of it ends it.</returns>
    /// <exception cref="LstmException">The refusal: as many wait as may.</exception>
    /// <exception cref="OperationCanceledException">It is not wanted any more.</exception>
    public async ValueTask<Turn> TakeAsync(CancellationToken gone)
    {
        try
        {
            if (Interlocked.Increment(ref _present) > _most)
                throw _refusal();
            await _free.WaitAsync(gone);
        }
        catch
        {
            Interlocked.Decrement(ref _present);
            throw;
        }

        return new(this);
    }

    /// <inheritdoc/>
    public void Dispose() => _free.Dispose();

    private void End()
    {
        _free.Release();
        Interlocked.Decrement(ref _present);
    }

    /// <summary>A turn.</summary>
    /// <param name="turns">Whose.</param>
    public readonly struct Turn(Turns turns) : IDisposable
    {
        /// <inheritdoc/>
        public void Dispose() => turns.End();
    }
}
