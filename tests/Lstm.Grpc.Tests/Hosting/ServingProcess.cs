using System.Diagnostics;

namespace Lstm.Grpc.Tests.Hosting;

/// <summary>A program that serves until the test ends, and says in its first line where.</summary>
internal sealed class ServingProcess : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly Task<string> _rest;

    private ServingProcess(Process process, string firstLine)
    {
        (_process, FirstLine) = (process, firstLine);
        _rest = process.StandardOutput.ReadToEndAsync(); // So that it can go on writing.
    }

    public string FirstLine { get; }

    public static async Task<ServingProcess> StartAsync(string program, params string[] arguments)
    {
        var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })
            ?? throw new InvalidOperationException($"{program} did not start.");
        string? line = await process.StandardOutput.ReadLineAsync().WaitAsync(Limit);
        return new(process, line ?? throw new InvalidOperationException($"{program} ended before it served."));
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        await _rest;
        _process.Dispose();
    }
}
