namespace Lstm.Service.Hosting;

/// <summary>--health-check: asks a running service whether it is ready. For container health checks, where no other client is at hand.</summary>
internal static class HealthCheckCommand
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(4);

    /// <summary>Asks, and prints the answer.</summary>
    /// <param name="url">What to ask.</param>
    /// <returns>0 when ready, 1 when not.</returns>
    public static async Task<int> RunAsync(Uri url)
    {
        using var client = new HttpClient { Timeout = Patience };
        try
        {
            using var response = await client.GetAsync(url);
            Console.WriteLine(await response.Content.ReadAsStringAsync());
            return response.IsSuccessStatusCode ? 0 : 1;
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
        {
            await Console.Error.WriteLineAsync($"{url} does not answer: {e.Message}");
            return 1;
        }
    }
}
