using System.Diagnostics;
using System.Globalization;

namespace Lstm.Cli.Hosting;

/// <summary>The real service as a child process on ports of its own, with its log in a file.</summary>
internal sealed class ServiceProcess : IAsyncDisposable
{
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(10);

    private readonly Process _process;
    private readonly string _folder;
    private bool _kept;

    private ServiceProcess(Process process, string folder)
    {
        _process = process;
        _folder = folder;
        AppDomain.CurrentDomain.ProcessExit += OnProcessExit;
    }

    /// <summary>Its process id.</summary>
    public int Id => _process.Id;

    /// <summary>Where HTTP answers: http://127.0.0.1:PORT.</summary>
    public string HttpAddress { get; private set; } = "";

    /// <summary>Where gRPC answers: http://127.0.0.1:PORT.</summary>
    public string GrpcAddress { get; private set; } = "";

    /// <summary>The file with its log.</summary>
    public string LogFile => Path.Combine(_folder, "service.log");

    /// <summary>Starts the service and waits until it is ready.</summary>
    /// <param name="service">Lstm.Service.dll.</param>
    /// <param name="models">The folder of models to serve; null: it has none.</param>
    /// <param name="cancellation">Gives up, and stops what was started.</param>
    /// <param name="more">Further arguments of the service.</param>
    /// <exception cref="CommandFailedException">It ended or was not ready in a minute; the message ends with its last log lines.</exception>
    public static async Task<ServiceProcess> StartAsync(string service, string? models, CancellationToken cancellation, params string[] more)
    {
        string folder = Directory.CreateTempSubdirectory("lstm-").FullName;
        string readyFile = Path.Combine(folder, "ready.json");
        string[] arguments = [service, .. models is null ? [] : new[] { "--models", models }, "--http-port", "0", "--grpc-port", "0", "--ready-file", readyFile, .. more];

        // Through a shell, because only it can give the child a file as standard output: a kept service outlives the pipes of this process.
        var start = new ProcessStartInfo("/bin/sh") { ArgumentList = { "-c", "exec \"$0\" \"$@\" </dev/null >\"$LSTM_LOG_FILE\" 2>&1", "dotnet" } };
        foreach (string argument in arguments)
            start.ArgumentList.Add(argument);
        start.Environment["LSTM_LOG_FILE"] = Path.Combine(folder, "service.log");

        Process process = Process.Start(start) ?? throw new CommandFailedException("The service could not be started: no process.");
        var started = new ServiceProcess(process, folder);
        try
        {
            await started.WaitUntilReadyAsync(readyFile, cancellation);
            return started;
        }
        catch
        {
            await started.DisposeAsync();
            throw;
        }
    }

    /// <summary>Leaves the service running when this object is disposed.</summary>
    public void Keep() => _kept = true;

    /// <summary>The end of the service's log, for messages.</summary>
    public string LastLogLines(int lines = 30) =>
        File.Exists(LogFile) ? string.Join(Environment.NewLine, File.ReadLines(LogFile).TakeLast(lines)) : "(no log)";

    /// <summary>Stops the service, unless it is to be kept, and removes its files.</summary>
    public async ValueTask DisposeAsync()
    {
        AppDomain.CurrentDomain.ProcessExit -= OnProcessExit;
        using (_process)
        {
            if (_kept)
                return;

            if (!_process.HasExited)
            {
                Signals.Terminate(_process);
                using var timeout = new CancellationTokenSource(StopTimeout);
                try
                {
                    await _process.WaitForExitAsync(timeout.Token);
                }
                catch (OperationCanceledException)
                {
                    _process.Kill();
                }
            }
        }

        Directory.Delete(_folder, recursive: true);
    }

    // The last resort, should this process end without disposing.
    private void OnProcessExit(object? sender, EventArgs e)
    {
        if (!_kept && !_process.HasExited)
            Signals.Terminate(_process);
    }

    private async Task WaitUntilReadyAsync(string readyFile, CancellationToken cancellation)
    {
        var waited = Stopwatch.StartNew();
        while (true)
        {
            if (ReadyFile.TryRead(readyFile) is { } ready)
            {
                HttpAddress = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{ready.HttpPort}");
                GrpcAddress = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{ready.GrpcPort}");
                return;
            }

            string? fault = _process.HasExited ? $"ended with exit code {_process.ExitCode}"
                : waited.Elapsed > StartTimeout ? $"was not ready after {StartTimeout.TotalSeconds} seconds"
                : null;
            if (fault is not null)
                throw new CommandFailedException($"The service {fault}. The end of its log:{Environment.NewLine}{LastLogLines()}");
            await Task.Delay(20, cancellation);
        }
    }
}
