using System.ComponentModel.DataAnnotations;

namespace Lstm.Service.Options;

/// <summary>How many sessions there may be, how long they live, what a message may hold: section Lstm:Sessions.</summary>
internal sealed class SessionsOptions
{
    /// <summary>Open sessions; one more is refused with TOO_MANY_SESSIONS.</summary>
    [Range(1, 100_000_000)]
    public int MaxSessions { get; set; } = 100_000;

    /// <summary>A session without open, resume or step for this long ends; the next caller is told SESSION_EXPIRED.</summary>
    public TimeSpan IdleTimeout { get; set; } = TimeSpan.FromHours(1);

    /// <summary>How often idle sessions are looked for.</summary>
    public TimeSpan SweepInterval { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Ended sessions whose end is remembered, so that the next caller is told why; the oldest is forgotten first.</summary>
    [Range(0, 100_000_000)]
    public int MaxTombstones { get; set; } = 100_000;

    /// <summary>Steps in one message; more are refused with CHUNK_TOO_LARGE.</summary>
    [Range(1, 1_000_000)]
    public int MaxStepsPerMessage { get; set; } = 4096;

    /// <summary>Requests that may wait for one session while it steps; one more is refused with QUEUE_FULL.</summary>
    [Range(1, 1_000_000)]
    public int MaxWaitingPerSession { get; set; } = 64;

    /// <summary>Values that a session may be given when it opens (an encoder's context, covariates); more are refused with SESSION_INPUTS_TOO_LARGE.</summary>
    [Range(1, 1 << 28)]
    public int MaxInputValues { get; set; } = 1 << 20;

    /// <summary>Values that all open sessions were given, together; more are refused with SESSION_INPUTS_TOO_LARGE.</summary>
    [Range(1, int.MaxValue)]
    public int MaxTotalInputValues { get; set; } = 1 << 28;

    /// <summary>Lists of sessions that wait while others are made, by half of the processors; one more is refused with QUEUE_FULL.</summary>
    [Range(0, 1_000_000)]
    public int MaxWaitingLists { get; set; } = 64;
}
