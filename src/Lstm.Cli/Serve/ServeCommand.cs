using System.CommandLine;
using System.Diagnostics;
using Lstm.Cli.Hosting;

namespace Lstm.Cli.Serve;

/// <summary>lstm serve: runs the service in the foreground.</summary>
internal static class ServeCommand
{
    /// <summary>The command.</summary>
    public static Command Create()
    {
        var command = new Command(
            "serve",
            "Serve models over gRPC (port 8001) and HTTP (port 8000) until Ctrl-C. Takes the options of the service: --models FOLDER, "
            + "--http-port N, --grpc-port N, --address A, --ready-file F, --max-sessions N, --idle-timeout T, --log-format text|json, "
            + "or any setting as --Lstm:SECTION:NAME VALUE.");
        command.TreatUnmatchedTokensAsErrors = false; // the service knows its options, and refuses others by name
        command.SetAction((parsed, cancellation) => RunAsync(parsed.UnmatchedTokens, cancellation));
        return command;
    }

    private static async Task<int> RunAsync(IReadOnlyList<string> options, CancellationToken cancellation)
    {
        var start = new ProcessStartInfo("dotnet") { ArgumentList = { Installation.Service } };
        if (!options.Any(option => option == "--models" || option.StartsWith("--models=", StringComparison.Ordinal)))
        {
            start.ArgumentList.Add("--models");
            start.ArgumentList.Add(Installation.Models);
        }

        foreach (string option in options)
            start.ArgumentList.Add(option);

        using Process service = Process.Start(start) ?? throw new CommandFailedException("The service could not be started: no process.");

        // Ctrl-C reaches the service by itself, a SIGTERM to this process does not; two of them do no harm.
        using (cancellation.Register(() => Signals.Terminate(service)))
            await service.WaitForExitAsync(CancellationToken.None);
        return service.ExitCode;
    }
}
