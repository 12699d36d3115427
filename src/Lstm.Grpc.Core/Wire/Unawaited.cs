namespace Grpc.Wire;

/// <summary>Tasks that nobody may await.</summary>
internal static class Unawaited
{
    /// <summary>Whoever disposes of a call may not look at its response: how that ends is no unobserved exception then.</summary>
    public static void Ignore(Task task)
    {
        if (task.IsFaulted)
            _ = task.Exception;
        else if (!task.IsCompleted)
            _ = task.ContinueWith(
                static ended => _ = ended.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }
}
