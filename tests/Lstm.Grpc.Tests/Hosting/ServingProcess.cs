using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Lstm.Grpc.Tests.Hosting;

/// <summary>A program that serves until the test ends.</summary>
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

    /// <summary>Where it serves, if it says so.</summary>
    public string FirstLine { get; }

    /// <summary>Starts a program that says in its first line where it serves.</summary>
    public static async Task<ServingProcess> StartAsync(string program, params string[] arguments)
    {
        var process = Start(program, arguments);
        string? line = await process.StandardOutput.ReadLineAsync().WaitAsync(Limit);
        return new(process, line ?? throw new InvalidOperationException($"{program} ended before it served."));
    }

    /// <summary>Starts a program that was told where to serve, and waits until it does.</summary>
    public static async Task<ServingProcess> StartAsync(int port, string program, params string[] arguments)
    {
        var serving = new ServingProcess(Start(program, arguments), firstLine: "");
        try
        {
            for (var until = DateTime.UtcNow + Limit; !await IsListenedOnAsync(port); await Task.Delay(20))
            {
                if (serving._process.HasExited)
                    throw new InvalidOperationException($"{program} ended before it served: {await serving._rest}");
                if (DateTime.UtcNow > until)
                    throw new TimeoutException($"{program} did not serve within {Limit.TotalSeconds} s.");
            }
            return serving;
        }
        catch
        {
            await serving.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        await _rest;
        _process.Dispose();
    }

    private static Process Start(string program, string[] arguments) =>
        Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })
            ?? throw new InvalidOperationException($"{program} did not start.");

    private static async Task<bool> IsListenedOnAsync(int port)
    {
        using var socket = new TcpClient();
        try
        {
            await socket.ConnectAsync(IPAddress.Loopback, port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
