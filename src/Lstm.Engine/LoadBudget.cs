using System.Diagnostics;
using System.Globalization;

namespace Lstm.Engine;

/// <summary>One load: what it may take and what it has taken so far. Whoever works on the load asks it often.</summary>
public sealed class LoadBudget : IDisposable
{
    private readonly long _started = Stopwatch.GetTimestamp();
    private readonly CancellationToken _caller;
    private readonly CancellationTokenSource _end;

    /// <summary>The time runs from here on.</summary>
    /// <param name="limits">What the load may take; null for the defaults.</param>
    /// <param name="cancellation">Ends the load at once.</param>
    public LoadBudget(LoadLimits? limits = null, CancellationToken cancellation = default)
    {
        Limits = limits ?? LoadLimits.Default;
        _caller = cancellation;
        _end = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        _end.CancelAfter(Limits.MaxTime);
    }

    /// <summary>What the load may take.</summary>
    public LoadLimits Limits { get; }

    /// <summary>Cancelled when the time is up, or the caller wants no more.</summary>
    public CancellationToken End => _end.Token;

    /// <summary>What is left of the time.</summary>
    public TimeSpan TimeLeft => Limits.MaxTime - Stopwatch.GetElapsedTime(_started);

    /// <summary>Bytes that the load holds now, as far as they were counted.</summary>
    internal long Bytes { get; private set; }

    /// <inheritdoc/>
    public void Dispose() => _end.Dispose();

    /// <summary>Ends the load when its time is up.</summary>
    /// <param name="where">What was being done, e.g. "at Tile 'repeat'"; empty when that says nothing.</param>
    /// <exception cref="LoadLimitException">The time is up.</exception>
    /// <exception cref="OperationCanceledException">The caller wants no more.</exception>
    internal void Check(string where = "")
    {
        if (_end.IsCancellationRequested)
        {
            throw TimeIsUp(where);
        }
    }

    /// <summary>Counts memory before it is asked for.</summary>
    /// <param name="bytes">How much more.</param>
    /// <param name="where">What it is for, as in <see cref="Check"/>.</param>
    /// <exception cref="LoadLimitException">It is too much.</exception>
    internal void Charge(long bytes, string where = "")
    {
        if (bytes > Limits.MaxMemoryBytes - Bytes)
        {
            throw MemoryIsUp(where);
        }
        Bytes += bytes;
    }

    /// <summary>Counts memory that was given back.</summary>
    /// <param name="bytes">What <see cref="Bytes"/> was before it was asked for.</param>
    internal void ReturnTo(long bytes) => Bytes = bytes;

    /// <summary>The refusal of a load that takes too long.</summary>
    /// <param name="where">As in <see cref="Check"/>.</param>
    /// <returns>The exception: the refusal, or that the caller wants no more.</returns>
    internal Exception TimeIsUp(string where) => _caller.IsCancellationRequested
        ? new OperationCanceledException(_caller)
        : new LoadLimitException(string.Create(CultureInfo.InvariantCulture,
            $"Loading took longer than {Limits.MaxTime.TotalSeconds:0.###} s and was stopped{Place(where)}: that is the limit of time for one model. ")
            + "If the model is meant to take so long, raise Lstm:Models:MaxLoadTime of the service, --max-load-time of the command line or LoadLimits.MaxTime.");

    /// <summary>The refusal of a load that takes too much memory.</summary>
    /// <param name="where">As in <see cref="Check"/>.</param>
    /// <returns>The exception.</returns>
    internal LoadLimitException MemoryIsUp(string where) => new(string.Create(CultureInfo.InvariantCulture,
        $"Loading needs more than {Limits.MaxMemoryBytes:N0} bytes of memory and was stopped{Place(where)}: that is the limit of memory for one model. ")
        + "If the model is meant to be so large, raise Lstm:Models:MaxLoadMemoryBytes of the service, --max-load-memory of the command line or LoadLimits.MaxMemoryBytes.");

    private static string Place(string where) => where.Length == 0 ? "" : $" {where}";
}
