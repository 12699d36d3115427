namespace Lstm.Cli.Bench.Load;

/// <summary>Runs that counted nothing are made again: a machine that stood still for the whole of a short run says nothing of a server.</summary>
internal static class CountedRun
{
    private const int MostRuns = 10;

    /// <summary>Runs until something was counted.</summary>
    /// <typeparam name="T">What comes out.</typeparam>
    /// <param name="run">One run.</param>
    /// <param name="messages">Messages that were counted in it.</param>
    /// <param name="counted">How long each counts.</param>
    /// <returns>The first run that counted something.</returns>
    /// <exception cref="LoadException">There was none.</exception>
    public static async Task<T> RunAsync<T>(Func<Task<T>> run, Func<T, long> messages, TimeSpan counted)
    {
        for (int n = 0; n < MostRuns; n++)
        {
            T once = await run();
            if (messages(once) > 0)
                return once;
        }

        throw new LoadException(string.Create(
            System.Globalization.CultureInfo.InvariantCulture,
            $"The server answered nothing in {MostRuns} runs of {counted.TotalSeconds:0.0##} s. Count for longer (--seconds), or on a machine with less to do."));
    }
}
