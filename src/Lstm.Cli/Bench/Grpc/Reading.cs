namespace Lstm.Cli.Bench.Grpc;

/// <summary>Counters at a moment, or the difference of two.</summary>
/// <param name="Seconds">The clock.</param>
/// <param name="Messages">Messages answered.</param>
/// <param name="ServerCpuSeconds">Processor time of the server's process, user and system.</param>
/// <param name="ClientCpuSeconds">Processor time of this process.</param>
/// <param name="AllocatedBytes">By the server; null: it does not tell.</param>
internal readonly record struct Reading(double Seconds, long Messages, double ServerCpuSeconds, double ClientCpuSeconds, long? AllocatedBytes)
{
    /// <summary>What happened between two moments.</summary>
    /// <param name="after">The later one.</param>
    /// <param name="before">The earlier one.</param>
    /// <returns>The difference.</returns>
    public static Reading operator -(Reading after, Reading before) => new(
        after.Seconds - before.Seconds, after.Messages - before.Messages, after.ServerCpuSeconds - before.ServerCpuSeconds,
        after.ClientCpuSeconds - before.ClientCpuSeconds, after.AllocatedBytes - before.AllocatedBytes);
}
