using System.CommandLine;
using Lstm.Cli.Bench;
using Lstm.Cli.Demo;
using Lstm.Cli.Inspect;
using Lstm.Cli.Serve;
using Lstm.Cli.Sessions;
using Lstm.Cli.Verify;

namespace Lstm.Cli;

/// <summary>All commands of lstm.</summary>
internal static class CommandLine
{
    /// <summary>Parses and runs.</summary>
    /// <returns>The exit code: 0 all is well, 1 it failed, 2 it was called wrongly, 130 it was interrupted.</returns>
    public static async Task<int> InvokeAsync(string[] args)
    {
        ParseResult parsed = Create().Parse(args is [] or ["help"] ? ["--help"] : args);
        if (parsed.Errors.Count > 0)
            return Refuse(parsed);

        // The default of two seconds would cut off the demo while it stops its service.
        var settings = new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromSeconds(10), EnableDefaultExceptionHandler = false };
        try
        {
            return await parsed.InvokeAsync(settings);
        }
        catch (CommandFailedException failure)
        {
            await Console.Error.WriteLineAsync(failure.Message);
            return 1;
        }
        catch (OperationCanceledException)
        {
            return 130;
        }
    }

    /// <summary>The command tree, without running anything.</summary>
    public static RootCommand Create()
    {
        var root = new RootCommand("Recurrent networks on live data, one timestep at a time.")
        {
            DemoCommand.Create(),
            ServeCommand.Create(),
            SessionsCommand.Create(),
            InspectCommand.Create(),
            VerifyCommand.Create(),
            BenchCommand.Create(),
        };
        ExamplesHelp.AddTo(root);
        return root;
    }

    private static int Refuse(ParseResult parsed)
    {
        string name = parsed.CommandResult.Command is RootCommand ? "lstm" : "lstm " + parsed.CommandResult.Command.Name;

        // A wrong command is reported twice, as unknown and as missing: the last one names it.
        foreach (var error in parsed.CommandResult.Command is RootCommand ? parsed.Errors.TakeLast(1) : parsed.Errors)
            Console.Error.WriteLine($"{name}: {error.Message}");
        Console.Error.WriteLine($"Try: {name} --help");
        return 2;
    }
}
