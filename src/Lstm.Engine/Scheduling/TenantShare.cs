namespace Lstm.Engine.Scheduling;

/// <summary>A tenant's part of a batch.</summary>
/// <param name="Jobs">Jobs of it that take part.</param>
/// <param name="Places">Sessions of these jobs that step, at most.</param>
internal readonly record struct TenantShare(int Jobs, int Places);
